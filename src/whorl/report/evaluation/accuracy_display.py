"""How often each method names the right model, against the number of pictures."""

from __future__ import annotations

from typing import Self

from matplotlib.axes import Axes

from whorl.errors import WhorlError
from whorl.evaluation.results import TASKS, Evaluation, Rate, Task
from whorl.report.display import Display
from whorl.report.evaluation.method_lines import (
    MethodLine,
    draw_methods,
    frame_rates,
    handles,
    method_styles,
)
from whorl.report.evaluation.tried import tasks_with_rates
from whorl.report.figures import new_figure
from whorl.report.named_styles import axis_words, legend_below, panel_title
from whorl.report.text import percent, plain

PANELS: dict[Task, str] = {
    "new-pictures": "new pictures of a known model",
    "new-run": "new run of a known architecture",
    "other-data-set": "trained on another data set",
}


class AccuracyDisplay(Display):
    """Share of queries answered rightly at each number of pictures: a panel per task, a line per method.

    Bars: 95 % intervals; for the default method, bold and dark, a band as well. Methods stand beside each other at
    each size. A size at which a method was not run has no point.

    Attributes:
        figure_: the matplotlib figure, after `plot`.

    Raises:
        WhorlError: there is no rate to draw; see `tasks_with_rates`.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.tasks = tasks_with_rates(evaluation)
        if not self.tasks:
            raise WhorlError("this evaluation has no rates to draw: no method could be tried.")
        self._rates = {(rate.task, rate.method, rate.size): rate for rate in evaluation.rates}
        self._styles = method_styles(evaluation.methods, evaluation.default)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        count, methods = len(self.tasks), len(self.evaluation.methods)
        legend = 0.2 * (-(-methods // (2 if small else 5))) + 0.2
        size = (4.0, 2.7 * count + legend) if small else (9.0, 3.7 + legend)
        self.figure_ = new_figure(*size)
        shape = (count, 1) if small else (1, count)
        grid = self.figure_.subplots(*shape, squeeze=False, sharex=True, sharey=True)
        for place, (ax, task) in enumerate(zip(grid.flat, self.tasks, strict=True)):
            self._panel(ax, task, small=small)
            last = not small or place == count - 1
            axis_words(
                ax,
                x="pictures per query" if last else "",
                y="" if place and not small else "rightly named",
                small=small,
            )
        legend_below(self.figure_, handles(self._styles, self.evaluation.default), self._styles, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        return f"Share of queries rightly named. {' '.join(map(self._told, self.tasks))}"

    def _panel(self, ax: Axes, task: Task, *, small: bool) -> None:
        frame_rates(ax, self.evaluation.sizes, chance=None, small=small)
        panel_title(ax, PANELS[task], small=small or len(self.tasks) > 2)
        lines = [self._line(task, method) for method in self.evaluation.methods]
        draw_methods(ax, lines, self._styles, self.evaluation.default)

    def _line(self, task: Task, method: str) -> MethodLine:
        rates = [self._rates.get((task, method, size)) for size in self.evaluation.sizes]
        return MethodLine(
            method,
            tuple(rate.value if rate else None for rate in rates),
            tuple(rate.low if rate else None for rate in rates),
            tuple(rate.high if rate else None for rate in rates),
        )

    def _told(self, task: Task) -> str:
        rates = [rate for rate in self.evaluation.rates if rate.task == task]
        size = max(rate.size for rate in rates)
        largest = sorted((rate for rate in rates if rate.size == size), key=lambda rate: -rate.value)
        shown = ", ".join(f"{plain(rate.method)} {percent(rate.value)}" for rate in largest)
        default = [rate for rate in rates if rate.method == self.evaluation.default]
        grows = f" {plain(self.evaluation.default)} by size: {_by_size(default)}." if default else ""
        return f"{TASKS[task].capitalize()}, with {size:,} pictures: {shown}.{grows}"


def _by_size(rates: list[Rate]) -> str:
    ordered = sorted(rates, key=lambda rate: rate.size)
    return ", ".join(f"{percent(rate.value)} with {rate.size:,}" for rate in ordered)
