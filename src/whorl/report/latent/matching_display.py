"""How many bits of each picture match the nearest user's key, and how many are needed."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from whorl.latent.answers import KeyAnswers
from whorl.latent.deciding.decision import Answer
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import axis_words, legend_below, legend_line
from whorl.report.palette import FAINT, FONT, GRID, MUTED, LineStyle, line_style

_ANSWERS: tuple[Answer, ...] = ("user", "marked but unknown", "no match")
_COLOURS = tuple(line_style(place).colour for place in (0, 1, 4))


class MatchingDisplay(Display):
    """A bar for each number of matching bits, as high as there are pictures with it, coloured by their answer.

    A dashed line: so many are needed to be taken for a user's, where any number is enough; two lines where some
    users need more than others.

    Attributes:
        counts: int64 (3, bits + 1), pictures by answer and matching bits.
        needed: the least number that is enough for a user, and the largest where it is another; empty for none.
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.
    """

    ax_: Axes

    def __init__(self, answers: KeyAnswers) -> None:
        self.bits = answers.bits
        both = answers.needed.least, answers.needed.most
        self.needed = sorted({each for each in both if each is not None})
        self.counts = np.zeros((len(_ANSWERS), self.bits + 1), dtype=np.int64)
        for each in answers.found:
            self.counts[_ANSWERS.index(each.decision.answer), each.decision.matching] += 1

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        self.figure_ = new_figure(4.0 if small else 9.0, 2.9)
        self.ax_ = ax = self.figure_.add_subplot()
        places, below = np.arange(self.bits + 1), np.zeros(self.bits + 1)
        for row, colour in zip(self.counts, _COLOURS, strict=True):
            ax.bar(places, row, bottom=below, width=0.86, color=colour, linewidth=0, zorder=2)
            below += row
        for enough in self.needed:
            ax.axvline(enough - 0.5, color=MUTED, linewidth=1.2, linestyle=(0, (4, 2)), zorder=2.5)
        first = int(np.flatnonzero(below)[0]) if below.any() else 0
        ax.set_xlim(min(first, min(self.needed, default=self.bits) - 1) - 1.5, self.bits + 0.7)
        axis_words(ax, x=f"bits of {self.bits} that match the nearest user's", y="pictures", small=small)
        ax.tick_params(labelsize=8.5, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True))
        ax.grid(axis="y", color=GRID, linewidth=0.8)
        ax.set_axisbelow(True)
        for side, spine in ax.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(FAINT)
        given = [place for place in range(len(_ANSWERS)) if self.counts[place].any()]
        handles = [legend_line(LineStyle(_COLOURS[place], "none", "s"), size=7.0) for place in given]
        names = ["a user's" if _ANSWERS[place] == "user" else _ANSWERS[place] for place in given]
        legend_below(self.figure_, handles, names, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = []
        for answer, row in zip(_ANSWERS, self.counts, strict=True):
            if row.any():
                held = np.flatnonzero(row)
                told.append(f"{row.sum():,} answered {answer!r} with {held[0]} to {held[-1]} matching bits")
        some = " to ".join(map(str, self.needed))
        needed = f"{some} of {self.bits} are needed" if self.needed else "no number is enough"
        return f"Matching bits of the pictures: {'; '.join(told)}; {needed}."
