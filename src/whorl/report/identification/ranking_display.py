"""The known models by their distance, as a picture."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from matplotlib.axes import Axes

from whorl.identification.identification import Identification, Match
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.identification.words import accepted_distance, number
from whorl.report.named_styles import as_written, axis_words, styles_by_name
from whorl.report.palette import BAND, FAINT, FINDING_COLOURS, FONT, INK, MUTED, LineStyle
from whorl.report.text import percent, plain, shorten

MOST_ROWS = 20
_ROW = 0.31


class RankingDisplay(Display):
    """How far each known model is from the pictures, the nearest at the top, at most 20 of them.

    Colour and mark are the architecture's. The shaded zone is where the nearest model is accepted. At the right of
    each row: how often the model is the nearest when the pictures are drawn anew.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.

    >>> from whorl.identification import Match, Rejection
    >>> matches = (Match("a", "A", "", 0.2, None, 500), Match("b", "B", "", 0.8, None, 500))
    >>> rejection = Rejection(0.6, 0.67, 0.05, 0.2, 0.25, 2)
    >>> answer = Identification(matches, "ct-both", rejection, "r", 100)
    >>> print(RankingDisplay(answer).plot().description)
    Distances to the known models, nearest first: a 0.200; b 0.800. The nearest is accepted up to a distance of
    0.250.
    """

    ax_: Axes

    def __init__(self, identification: Identification) -> None:
        self.identification = identification
        self.shown = identification.matches[:MOST_ROWS]
        self._styles = styles_by_name(match.architecture for match in identification.matches)
        self._sure = self.shown[0].probability is not None

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        self.figure_ = new_figure(4.0 if small else 9.0, 1.25 + _ROW * len(self.shown))
        self.ax_ = ax = self.figure_.add_subplot()
        far = self._frame(ax, small=small)
        for place, match in enumerate(self.shown):
            self._row(ax, place, match, far)
        self._zone(ax, small=small)
        self._beside(ax, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = [f"{plain(match.name)} {number(match.distance)}{_share(match)}" for match in self.shown]
        count = len(self.identification.matches)
        of = f"the nearest {len(told)} of {count} known models" if count > len(told) else "the known models"
        edge = accepted_distance(self.identification)
        zone = "" if edge is None else f" The nearest is accepted up to a distance of {number(edge)}."
        return f"Distances to {of}, nearest first: {'; '.join(told)}.{zone}"

    def _frame(self, ax: Axes, *, small: bool) -> float:
        """Scale the axes and name the rows; return where what is infinitely far is drawn."""
        edge = accepted_distance(self.identification)
        known = [match.distance for match in self.shown] + ([edge] if edge is not None else [])
        finite = [distance for distance in known if math.isfinite(distance)]
        low, high = min([0.0, *finite]), max([0.0, *finite]) or 1.0
        far = low + 1.06 * (high - low)
        ax.set_xlim(low, low + 1.1 * (high - low))
        ax.set_ylim(len(self.shown) - 0.4, -0.6)
        names = [shorten(match.name, 17 if small else 30) for match in self.shown]
        ax.set_yticks(range(len(names)), labels=names)
        as_written(ax.get_yticklabels(), size=8.5 if small else 10)
        ax.get_yticklabels()[0].set_fontweight("bold")
        axis_words(ax, x=f"distance, by {shorten(self.identification.method, 24)}", small=small)
        ax.tick_params(axis="y", length=0)
        ax.tick_params(axis="x", labelsize=8.5, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT)
        ax.locator_params(axis="x", nbins=4 if small else 7)
        for side, spine in ax.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(FAINT)
        return far

    def _row(self, ax: Axes, place: int, match: Match, far: float) -> None:
        style: LineStyle = self._styles[match.architecture]
        end = match.distance if math.isfinite(match.distance) else far
        ax.plot([0, end], [place, place], color=style.colour if not place else FAINT, linewidth=2.0, zorder=1)
        ax.plot(
            np.array([end]), [place], marker=style.marker, markersize=8 if not place else 7, linestyle="none",
            color=style.colour, markeredgecolor="white", markeredgewidth=0.8, zorder=3, clip_on=False,
        )  # fmt: skip
        if not math.isfinite(match.distance):
            ax.annotate(
                "∞", (end, place), xytext=(-8, 0), textcoords="offset points", ha="right", va="center",
                fontsize=9, color=MUTED, fontfamily=FONT,
            )  # fmt: skip

    def _zone(self, ax: Axes, *, small: bool) -> None:
        edge = accepted_distance(self.identification)
        if edge is None:
            return
        ax.axvspan(ax.get_xlim()[0], edge, color=BAND, linewidth=0, zorder=0)
        ax.axvline(edge, color=FINDING_COLOURS["healthy"], linewidth=1.2, zorder=0.5)
        left = ax.transAxes.inverted().transform(ax.transData.transform((edge, 0)))[0] > (
            0.7 if small else 0.35
        )
        ax.annotate(
            "accepted" if small else "the nearest is accepted up to here", (edge, 1),
            xycoords=("data", "axes fraction"), xytext=(-3 if left else 3, 5), textcoords="offset points",
            ha="right" if left else "left", va="bottom", fontsize=8.5, color=FINDING_COLOURS["healthy"],
            fontfamily=FONT,
        )  # fmt: skip

    def _beside(self, ax: Axes, *, small: bool) -> None:
        """Write the architecture (where there is room) and the probability at the right of each row."""
        columns = [] if small else [("architecture", [shorten(each.architecture, 18) for each in self.shown])]
        if self._sure:
            shares = [percent(match.probability or 0.0) for match in self.shown]
            columns.append(("nearest in", shares))
        at = 0.0
        for title, cells in columns:
            width = 118.0 if title == "architecture" else 62.0
            side, x = ("left", at) if title == "architecture" else ("right", at + width - 6)
            for place, words in [(-0.75, title), *enumerate(cells)]:
                ax.annotate(
                    words, (1, place), xycoords=("axes fraction", "data"), xytext=(12 + x, 0),
                    textcoords="offset points", ha=side, va="center" if place >= 0 else "bottom",
                    fontsize=8.5 if place < 0 or small else 9.5, fontfamily=FONT, parse_math=False,
                    color=MUTED if place < 0 else self._ink(title, int(place)), annotation_clip=False,
                )  # fmt: skip
            at += width

    def _ink(self, column: str, place: int) -> str:
        return self._styles[self.shown[place].architecture].colour if column == "architecture" else INK


def _share(match: Match) -> str:
    return "" if match.probability is None else f" (nearest in {percent(match.probability)} of draws)"
