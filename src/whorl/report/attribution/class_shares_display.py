"""How probable each known class is on average, and how many pictures were given to it."""

from __future__ import annotations

from typing import Self

from matplotlib.axes import Axes

from whorl.attribution.answers import Answers
from whorl.attribution.labels import UNKNOWN
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import as_written, axis_words
from whorl.report.palette import FAINT, FONT, GRID, INK, LEVEL, MUTED, line_style
from whorl.report.text import percent, plain, shorten

_ROW = 0.34
_BAR = line_style(0).colour


class ClassSharesDisplay(Display):
    """A bar per known class: its mean probability over the pictures; a mark: the share answered with it.

    Below them the share that was answered 'unknown'.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.

    >>> import numpy as np
    >>> from whorl.attribution.attributor import Attributions
    >>> found = Attributions(("a", "b"), ("1", "2"), np.array([[0.9, 0.1], [0.6, 0.4]]))
    >>> print(ClassSharesDisplay(Answers("durall", "x", found, None)).description)
    Mean probability, and share of the answers: a 75 %, 100 %; b 25 %, 0 %; unknown, 0 %.
    """

    ax_: Axes

    def __init__(self, answers: Answers) -> None:
        self.shares, self.answered = answers.shares, answers.answered

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        rows = list(self.answered)
        self.figure_ = new_figure(4.0 if small else 9.0, 1.1 + _ROW * len(rows))
        self.ax_ = ax = self.figure_.add_subplot()
        ax.set_xlim(-0.015, 1.02)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        for place, label in enumerate(rows):
            ax.barh(place, self.shares.get(label, 0.0), height=0.62, color=_BAR, alpha=0.55, zorder=2)
            ax.plot(
                [self.answered[label]], [place], marker="D", markersize=6, linestyle="none", color=INK,
                markeredgecolor="white", markeredgewidth=0.8, zorder=3, clip_on=False,
            )  # fmt: skip
        ax.axhspan(len(rows) - 1.5, len(rows) - 0.4, color=LEVEL, linewidth=0, zorder=0)
        ax.set_yticks(range(len(rows)), labels=[shorten(label, 16 if small else 30) for label in rows])
        as_written(ax.get_yticklabels(), size=8.5 if small else 10)
        axis_words(ax, x="mean probability (bar), share of answers (mark)", small=small)
        ax.tick_params(axis="y", length=0)
        ax.tick_params(axis="x", labelsize=8.5, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT)
        ax.xaxis.set_major_formatter(lambda value, _: percent(value))
        ax.grid(axis="x", color=GRID, linewidth=0.8)
        ax.set_axisbelow(True)
        for side, spine in ax.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(FAINT)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = [
            f"{plain(label)} {percent(self.shares[label])}, {percent(share)}"
            for label, share in self.answered.items()
            if label in self.shares
        ]
        told.append(f"{UNKNOWN}, {percent(self.answered[UNKNOWN])}")
        return f"Mean probability, and share of the answers: {'; '.join(told)}."
