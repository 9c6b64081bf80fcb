"""Mean spectra of artifacts, as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from whorl.attribution.labels import REAL
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import axis_words, legend_below, legend_line, panel_title
from whorl.report.palette import FAINT, FONT, MUTED, LineStyle
from whorl.report.structure.class_styles import REAL_STYLE, styles_of
from whorl.report.structure.frames import frame_lines
from whorl.report.text import counted, plain, shorten, signed
from whorl.structure.spectra import Spectra

_Row = NDArray[np.float64]
_DRAWN = slice(1, None)
"""Frequency zero, the artifacts' mean colour, is left out."""


class SpectraDisplay(Display):
    """Log power of artifacts against frequency; below, how far each model is above real pictures' artifacts.

    Lines above have no bands, which would cover each other: one bar shows how long a 95 % interval of the mean
    over pictures typically is. Below, each model has a panel with the band of its own difference, and the other
    models in grey. Frequency zero, the artifacts' mean colour, is not drawn. Without real pictures there is one
    panel.

    Attributes:
        styles: of each class.
        figure_: the matplotlib figure, after `plot`.
        axes_: that of the power, then one for each model where there are real pictures.
    """

    axes_: tuple[Axes, ...]

    def __init__(self, spectra: Spectra, *, styles: Mapping[str, LineStyle] | None = None) -> None:
        self.spectra = spectra
        real = () if spectra.real is None else (REAL,)
        self.styles = styles_of((*spectra.labels, *real), styles)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, two panels to a row."""
        columns = 2 if small else 5
        rows = 0 if self.spectra.real is None else -(-len(self.spectra.labels) // columns)
        legend = 0.2 * -(-len(self.styles) // columns) + 0.2
        upper, lower = (2.8, 1.55) if small else (3.4, 1.75)
        self.figure_ = new_figure(4.0 if small else 9.0, upper + lower * rows + legend)
        grid = self.figure_.add_gridspec(1 + rows, columns, height_ratios=[upper, *[lower] * rows])
        first = self.figure_.add_subplot(grid[0, :])
        self._power(first, small=small)
        shared: dict[str, Any] = {}
        panels: list[Axes] = []
        for place, label in enumerate(self.spectra.labels if rows else ()):
            row, column = divmod(place, columns)
            ax = self.figure_.add_subplot(grid[1 + row, column], **shared)
            shared = {"sharex": panels[0], "sharey": panels[0]} if panels else {"sharex": ax, "sharey": ax}
            self._excess(ax, label, first=column == 0, last=row == rows - 1, small=small)
            panels.append(ax)
        self.axes_ = (first, *panels)
        legend_below(self.figure_, *self._handles(), small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        names = ", ".join(map(plain, self.spectra.labels))
        told = (
            f"Mean radial log power spectra of the artifacts of {counted(len(self.spectra.labels), 'model')}: "
            f"{names}."
        )
        if self.spectra.real is None:
            return told
        ends = ", ".join(
            f"{plain(label)} {signed(float(row[-1]), 2)} ± {float(half[-1]):.2f}"
            for label, row, half in zip(
                self.spectra.labels, self.spectra.excess, self.spectra.excess_half_width, strict=True
            )
        )
        return f"{told} Above real pictures at the highest frequency: {ends}."

    def _power(self, ax: Axes, *, small: bool) -> None:
        for label, mean in zip(self.spectra.labels, self.spectra.mean, strict=True):
            self._line(ax, mean, self.styles[label])
        if self.spectra.real is not None:
            self._line(ax, self.spectra.real, self.styles[REAL])
        frame_lines(ax, small=small)
        self._typical_bar(ax, small=small)
        axis_words(ax, x="cycles per picture", y="ln power", small=small)
        panel_title(ax, "power of artifacts", small=small)

    def _typical_bar(self, ax: Axes, *, small: bool) -> None:
        """Draw the median 95 % interval in the upper right, where spectra, which fall, leave room."""
        half = float(np.median(self.spectra.half_width[:, _DRAWN]))
        low, high = ax.get_ylim()
        ax.set_ylim(low, high)
        middle, beside = high - max(half, 0.08 * (high - low)), 0.96
        ax.errorbar(
            [beside],
            [middle],
            yerr=[half],
            color=MUTED,
            capsize=3,
            linewidth=1.2,
            transform=ax.get_yaxis_transform(),
        )
        ax.annotate(
            "typical 95 % interval", (beside, middle), xycoords=ax.get_yaxis_transform(), xytext=(-7, 0),
            textcoords="offset points", ha="right", va="center", fontsize=7.5 if small else 8.5, color=MUTED,
            fontfamily=FONT,
        )  # fmt: skip

    def _excess(self, ax: Axes, label: str, *, first: bool, last: bool, small: bool) -> None:
        x, place = self.spectra.frequency[_DRAWN], self.spectra.labels.index(label)
        for other in np.delete(self.spectra.excess, place, axis=0):
            ax.plot(x, other[_DRAWN], color=FAINT, linewidth=0.7, zorder=1)
        ax.axhline(0, color=REAL_STYLE.colour, linewidth=1, linestyle=REAL_STYLE.dashes, zorder=2)
        mean = self.spectra.excess[place][_DRAWN]
        half = self.spectra.excess_half_width[place][_DRAWN]
        colour = self.styles[label].colour
        ax.fill_between(x, mean - half, mean + half, color=colour, alpha=0.18, linewidth=0, zorder=3)
        ax.plot(x, mean, color=colour, linewidth=1.5, zorder=4)
        frame_lines(ax, small=small)
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        ax.tick_params(labelleft=first, labelbottom=last)
        axis_words(ax, x="cycles" if last else "", y="above real" if first else "", small=small)
        panel_title(ax, shorten(label, 18), small=True, pad=4)

    def _line(self, ax: Axes, mean: _Row, style: LineStyle) -> None:
        ax.plot(
            self.spectra.frequency[_DRAWN], mean[_DRAWN], color=style.colour, linestyle=style.dashes,
            marker=style.marker, markersize=3.5, markevery=2, linewidth=1.2, markeredgecolor="white",
            markeredgewidth=0.4,
        )  # fmt: skip

    def _handles(self) -> tuple[list[Line2D], list[str]]:
        return [legend_line(style) for style in self.styles.values()], list(self.styles)
