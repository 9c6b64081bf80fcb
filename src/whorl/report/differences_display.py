"""The differences between sets as a picture: one panel for each pair."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from whorl.evidence import LayerDifference, PairDifference
from whorl.memorization.comparison import Comparison
from whorl.report.curve_axes import frame_layers
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FAINT, FONT, GRID, INK, MUTED, line_style
from whorl.report.text import p_equation, plain, shorten, signed

MOST_PANELS = 15
_MARKERS = {"mean rank": "o", "lower tail": "D"}
_LONGEST_NAME = 16


class DifferencesDisplay(Display):
    """Difference of mean placements at every layer, with 95 % intervals, a panel for each pair of sets.

    Below 0 the first set of the pair lies nearer to training. Filled points: the sets differ there; the colour is
    that of the nearer set in a figure of the curves. Round: by their placements; diamonds: by the lower tail.
    Of more than 15 pairs those with the smallest p-values are drawn.

    Attributes:
        figure_: the matplotlib figure, after `plot`.

    >>> import numpy as np, whorl
    >>> rng = np.random.default_rng(0)
    >>> T, P, A, B = ({1: rng.normal(size=(n, 4)), 2: rng.normal(size=(n, 4))} for n in (300, 150, 60, 80))
    >>> reference = whorl.Reference.from_embeddings(T, P, cells=2)
    >>> curves = {"A": reference.curve_from_embeddings(A), "B": reference.curve_from_embeddings(B)}
    >>> display = DifferencesDisplay(whorl.compare(curves)).plot()
    >>> display.figure_.axes[0].get_title(loc="left")
    'A − B'
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        styles = {name: line_style(i) for i, name in enumerate(comparison.curves)}
        self._colours = {name: style.colour for name, style in styles.items()}
        least = sorted(comparison.differences, key=lambda pair: pair.p_value)[:MOST_PANELS]
        self.shown = tuple(pair for pair in comparison.differences if pair in least)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        count = len(self.shown)
        columns = 1 if small else {1: 1, 2: 2, 4: 2}.get(count, 3)
        rows = math.ceil(count / columns)
        words = any(isinstance(layer.layer, str) for layer in self.shown[0].layers)
        height = rows * (2.3 if small else 2.5) + 0.5 + 0.5 * words
        self.figure_ = new_figure(4.0 if small else 9.0, height)
        grid = self.figure_.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for ax, pair in zip(grid.flat, self.shown, strict=False):
            self._panel(ax, pair)
        self._frame_values(grid.flat[0])
        for number, ax in enumerate(grid.flat):
            below = number + columns < count
            ax.tick_params(axis="x", labelbottom=not below)
            ax.set_xlabel("" if below else ax.get_xlabel())
            ax.set_visible(number < count)
        self.figure_.supylabel(
            "difference of mean placements", fontsize=9 if small else 10, color=MUTED, fontfamily=FONT
        )
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = []
        for pair in self.shown:
            known = [layer.placement for layer in pair.layers if layer.placement is not None]
            span = f"from {signed(min(known), 2)} to {signed(max(known), 2)}" if known else "unknown"
            differ = "they differ" if pair.significant else "no difference shown"
            told.append(f"{plain(pair.first)} minus {plain(pair.second)} {span} ({differ})")
        return f"Difference of mean placements, layer by layer: {'; '.join(told)}."

    def _panel(self, ax: Axes, pair: PairDifference) -> None:
        frame_layers(ax, [layer.layer for layer in pair.layers], small=True)
        ax.axhline(0, color=MUTED, linewidth=0.9, zorder=1)
        ax.grid(axis="y", color=GRID, linewidth=0.8)
        ax.set_axisbelow(True)
        for x, layer in enumerate(pair.layers):
            if layer.placement is not None:
                self._point(ax, x, pair, layer)
        first, second = (shorten(name, _LONGEST_NAME) for name in (pair.first, pair.second))
        found = f"differ, {p_equation(pair.adjusted)}" if pair.significant else "no difference shown"
        ink = INK if pair.significant else MUTED
        ax.set_title(
            f"{first} − {second}", loc="left", fontsize=9.5, fontweight="bold", color=ink, fontfamily=FONT,
            parse_math=False, pad=17,
        )  # fmt: skip
        ax.annotate(
            found, (0, 1), xycoords="axes fraction", xytext=(0, 5), textcoords="offset points", fontsize=8.5,
            color=ink, fontfamily=FONT,
        )  # fmt: skip
        for name, shown, at, side in ((pair.second, second, 1, "top"), (pair.first, first, 0, "bottom")):
            ax.annotate(
                f"{shown} nearer", (0, at), xycoords="axes fraction", xytext=(3, -2 if at else 2),
                textcoords="offset points", ha="left", va=side, fontsize=8, color=self._colours[name],
                fontfamily=FONT, parse_math=False, zorder=5,
                bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1},
            )  # fmt: skip

    def _point(self, ax: Axes, x: int, pair: PairDifference, layer: LayerDifference) -> None:
        marked = pair.significant_at(layer)
        colour = self._colours[pair.nearer(layer)] if marked else MUTED
        ends = np.array([layer.low, layer.high], np.float64)
        ax.plot([x, x], ends, color=colour, linewidth=1.8, zorder=2, solid_capstyle="butt")
        ax.plot(
            [x],
            np.array([layer.placement], np.float64),
            marker=_MARKERS[layer.by] if marked else "o",
            markersize=4 if marked else 3.5,
            color=colour,
            markerfacecolor=colour if marked else "white",
            markeredgecolor=colour,
            markeredgewidth=1.0,
            zorder=3,
            linestyle="none",
        )

    def _frame_values(self, ax: Axes) -> None:
        ends = [end for pair in self.shown for layer in pair.layers for end in (layer.low, layer.high)]
        known = [end for end in ends if end is not None]
        low, high = min([*known, -0.04]), max([*known, 0.04])
        room = 0.22 * (high - low)  # for the words at either edge
        ax.set_ylim(low - room, high + room)
        ax.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(value, 2)))
        for each in ax.figure.axes:
            each.tick_params(
                axis="y", labelsize=8.5, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT, length=0
            )
