"""What artifacts add, drawn: paired differences with intervals, a row for each pair of methods."""

from __future__ import annotations

from typing import Self

from matplotlib.axes import Axes

from whorl.errors import WhorlError
from whorl.evaluation.results import TASKS, Difference, Evaluation, Task
from whorl.report.display import Display
from whorl.report.evaluation.words import points
from whorl.report.figures import new_figure
from whorl.report.named_styles import as_written, axis_words
from whorl.report.palette import FAINT, FONT, GRID, INK, MUTED
from whorl.report.text import counted, plain, shorten

_ROW = 0.3


class PairedDisplay(Display):
    """A mark per pair of methods at the smallest size of one task, with its 95 % interval; 0 is no difference.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.

    Raises:
        WhorlError: no pair was compared in this task.
    """

    ax_: Axes

    def __init__(self, evaluation: Evaluation, task: Task) -> None:
        pairs = [each for each in evaluation.paired if each.task == task]
        if not pairs:
            raise WhorlError(f"no method on a manifold was compared in {task}.")
        self.task, self.size = task, min(each.size for each in pairs)
        self.pairs = [each for each in pairs if each.size == self.size]

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        count = len(self.pairs)
        self.figure_ = new_figure(4.0 if small else 9.0, 0.9 + _ROW * count)
        self.ax_ = ax = self.figure_.add_subplot()
        ax.set_ylim(count - 0.4, -0.6)
        ax.axvline(0, color=MUTED, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
        for place, each in enumerate(self.pairs):
            ax.hlines(place, 100 * each.low, 100 * each.high, color=INK, linewidth=1.6, zorder=2)
            ax.plot([100 * each.value], [place], marker="o", markersize=6, color=INK, zorder=3)
        names = [shorten(_pair(each), 26 if small else 60) for each in self.pairs]
        ax.set_yticks(range(count), labels=names)
        as_written(ax.get_yticklabels(), size=8 if small else 9.5)
        axis_words(ax, x="percentage points, paired", small=small)
        ax.tick_params(axis="y", length=0)
        ax.tick_params(axis="x", labelsize=8.5, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT)
        ax.grid(axis="x", color=GRID, linewidth=0.8)
        ax.set_axisbelow(True)
        for side, spine in ax.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(FAINT)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = "; ".join(
            f"{plain(_pair(each))} {points(each.value)} ({points(each.low)} to {points(each.high)})"
            for each in self.pairs
        )
        return (
            f"{TASKS[self.task].capitalize()}, {counted(self.size, 'picture')} per query, in points: {told}."
        )


def _pair(each: Difference) -> str:
    return f"{each.method} less {each.other}"
