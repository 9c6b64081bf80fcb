"""Who was taken for whom, as a picture."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes

from whorl.errors import WhorlError
from whorl.evaluation.results import TASKS, Confusion
from whorl.report.display import Display
from whorl.report.evaluation.heat_map import draw_cells, ink_on
from whorl.report.figures import new_figure
from whorl.report.named_styles import as_written, axis_words, panel_title
from whorl.report.palette import FONT
from whorl.report.text import percent, plain, shorten

_LEAST_CELL = 0.19
_MOST_CELL = 0.55
_MOST_TOLD = 6


class ConfusionDisplay(Display):
    """Share of each row's queries that were taken for each column, in percent; blank below half a percent.

    Where cells are too small for numbers there are only colours.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.

    Raises:
        WhorlError: no row or no column.

    >>> confusion = Confusion("new-run", "means", 50, ("A", "B"), ("A", "B"), ((1.0, 0.0), (0.25, 0.75)))
    >>> display = ConfusionDisplay(confusion).plot()
    >>> [text.get_text() for text in display.ax_.texts]
    ['100', '25', '75']
    """

    ax_: Axes

    def __init__(self, confusion: Confusion) -> None:
        if not confusion.truth or not confusion.answers:
            raise WhorlError("this confusion has no rows to draw.")
        self.confusion = confusion
        self._shares = np.array(confusion.shares, np.float64)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        rows, columns = self._shares.shape
        letters = 12 if small else 20
        names = 0.075 * min(letters, max(map(len, map(plain, self.confusion.truth))))
        width = 4.0 if small else 9.0
        cell = min(_MOST_CELL, (width - names - 0.7) / columns)
        self.figure_ = new_figure(width, cell * rows + names + 1.1)
        self.ax_ = ax = self.figure_.add_subplot()
        draw_cells(ax, self._shares, highest=1.0)
        ax.set_aspect("equal")
        size = max(5.5, min(9.5, 40 * cell))
        labels = [shorten(name, letters) for name in self.confusion.answers]
        ax.set_xticks(range(columns), labels=labels, rotation=40, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(rows), labels=[shorten(name, letters) for name in self.confusion.truth])
        as_written([*ax.get_xticklabels(), *ax.get_yticklabels()], size=size)
        axis_words(ax, x="taken for", y="made by", small=small)
        panel_title(
            ax, shorten(f"{self.confusion.method}, {self.confusion.size:,} pictures", 44), small=small
        )
        if cell >= _LEAST_CELL:
            self._numbers(ax, size=min(9.0, 30 * cell))
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        right, wrong = [], []
        for truth, row in zip(self.confusion.truth, self.confusion.shares, strict=True):
            for answer, share in zip(self.confusion.answers, row, strict=True):
                if truth == answer:
                    right.append(f"{plain(truth)} {percent(share)}")
                elif share > 0:
                    wrong.append((share, f"{plain(truth)} for {plain(answer)} {percent(share)}"))
        worst = [words for _, words in sorted(wrong, key=lambda pair: -pair[0])[:_MOST_TOLD]]
        told = f"Rightly named: {', '.join(right) or 'none of these names'}."
        errors = f" Most often mistaken: {'; '.join(worst)}." if worst else " None was mistaken for another."
        return (
            f"Who was taken for whom by {plain(self.confusion.method)}, {self.confusion.size:,} pictures, "
            f"{TASKS[self.confusion.task]}. {told}{errors}"
        )

    def _numbers(self, ax: Axes, *, size: float) -> None:
        for (row, column), share in np.ndenumerate(self._shares):
            if share >= 0.005:
                ax.text(
                    column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=size,
                    fontfamily=FONT, color=ink_on(float(share)),
                )  # fmt: skip
