"""Mean spectra of artifacts, as a picture."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import axis_words, legend_below, legend_line, panel_title, styles_by_name
from whorl.report.palette import INK, LineStyle
from whorl.report.structure.frames import frame_lines
from whorl.report.text import counted, plain, signed
from whorl.structure.spectra import Spectra

_REAL = "real pictures"
_Rows = NDArray[np.float64]


class SpectraDisplay(Display):
    """Log power of artifacts against frequency, and how far it is above that of real pictures' artifacts.

    Bands: 95 % intervals of the mean over pictures. Frequency zero, the artifacts' mean colour, is not drawn.
    Without real pictures there is one panel.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: one or two.
    """

    axes_: tuple[Axes, ...]

    def __init__(self, spectra: Spectra) -> None:
        self.spectra = spectra
        self._styles = styles_by_name(spectra.labels)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        count = 1 if self.spectra.real is None else 2
        legend = 0.2 * (-(-(len(self._styles) + 1) // (2 if small else 5))) + 0.2
        size = (4.0, 2.8 * count + legend) if small else (9.0, 3.9 + legend)
        self.figure_ = new_figure(*size)
        grid = self.figure_.subplots(*((count, 1) if small else (1, count)), squeeze=False, sharex=True)
        self.axes_ = tuple(grid.flat)
        self._power(self.axes_[0], small=small)
        if count == 2:
            self._excess(self.axes_[1], small=small)
        for place, ax in enumerate(self.axes_):
            frame_lines(ax, small=small)
            last = not small or place == count - 1
            axis_words(ax, x="cycles per picture" if last else "", y="" if place else "ln power", small=small)
        legend_below(self.figure_, *self._handles(), small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        names = ", ".join(map(plain, self.spectra.labels))
        told = f"Mean radial log power spectra of the artifacts of {counted(len(self._styles), 'model')}: {names}."
        if self.spectra.real is None:
            return told
        ends = ", ".join(
            f"{plain(label)} {signed(float(row[-1]), 2)}"
            for label, row in zip(self.spectra.labels, self.spectra.excess, strict=True)
        )
        return f"{told} Above real pictures at the highest frequency: {ends}."

    def _power(self, ax: Axes, *, small: bool) -> None:
        for label, mean, half in self._rows(self.spectra.mean, self.spectra.half_width):
            self._line(ax, mean, half, self._styles[label])
        real, width = self.spectra.real, self.spectra.real_half_width
        if real is not None and width is not None:
            self._line(ax, real, width, LineStyle(INK, (0, (5, 1.8)), "None"))
        panel_title(ax, "power of artifacts", small=small)

    def _excess(self, ax: Axes, *, small: bool) -> None:
        ax.axhline(0, color=INK, linewidth=1.2, linestyle=(0, (5, 1.8)), zorder=1)
        for label, mean, half in self._rows(self.spectra.excess, self.spectra.excess_half_width):
            self._line(ax, mean, half, self._styles[label])
        panel_title(ax, "above that of real pictures", small=small)

    def _rows(self, values: _Rows, half: _Rows) -> list[tuple[str, _Rows, _Rows]]:
        return list(zip(self.spectra.labels, values, half, strict=True))

    def _line(self, ax: Axes, mean: NDArray[np.float64], half: NDArray[np.float64], style: LineStyle) -> None:
        x, shown = self.spectra.frequency[1:], slice(1, None)
        low, high = (mean - half)[shown], (mean + half)[shown]
        ax.fill_between(x, low, high, color=style.colour, alpha=0.12, linewidth=0)
        ax.plot(
            x, mean[shown], color=style.colour, linestyle=style.dashes, marker=style.marker, markersize=3.5,
            markevery=2, linewidth=1.3, markeredgecolor="white", markeredgewidth=0.4,
        )  # fmt: skip

    def _handles(self) -> tuple[list[Line2D], list[str]]:
        handles, names = [legend_line(style) for style in self._styles.values()], list(self._styles)
        if self.spectra.real is None:
            return handles, names
        return [*handles, Line2D([], [], color=INK, linewidth=1.3, linestyle=(0, (5, 1.8)))], [*names, _REAL]
