"""The pictures' own C_T-layer curve over those of the nearest known models."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from whorl.errors import WhorlError
from whorl.identification.identification import Identification
from whorl.identification.known import KnownModel
from whorl.report.curve_axes import frame_layers, frame_values, mark_regions
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import legend_below, panel_title
from whorl.report.palette import INK, line_style
from whorl.report.text import plain, signed

MOST_CURVES = 6
_LEAST_REACH = 1.0
PART = "c_t"


def has_curves(identification: Identification) -> bool:
    """Return whether the pictures' own C_T-layer curve is at hand."""
    return _has_curve(identification.fingerprint.parts.get(PART) if identification.fingerprint else None)


class OverlaidCurvesDisplay(Display):
    """C_T at each layer: of the pictures, bold and dark, and of the nearest known models, at most six.

    Layers without a number leave a gap. A known model without any is left out.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.

    Raises:
        WhorlError: there is no C_T-layer curve of the pictures; see `has_curves`.
    """

    ax_: Axes

    def __init__(self, identification: Identification) -> None:
        fingerprint = identification.fingerprint
        if fingerprint is None or not has_curves(identification):
            raise WhorlError("these pictures have no C_T-layer curve to draw; measure them on a Reference.")
        self.layers = fingerprint.layers
        self._own: NDArray[np.float64] = fingerprint.parts[PART]
        with_curves = [each for each in identification.known if _has_curve(each.fingerprint.parts.get(PART))]
        self.shown: tuple[KnownModel, ...] = tuple(with_curves[:MOST_CURVES])

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        words = any(isinstance(layer, str) for layer in self.layers)
        names = 1 + len(self.shown)
        height = 3.7 + 0.17 * names if small else 4.5 + 0.1 * names
        self.figure_ = new_figure(4.0 if small else 9.0, height + (0.6 if words else 0.0))
        self.ax_ = ax = self.figure_.add_subplot()
        curves = [each.fingerprint.parts[PART] for each in self.shown]
        frame_layers(ax, self.layers, small=small)
        frame_values(ax, np.concatenate([self._own, *curves]).tolist(), _LEAST_REACH, small=small)
        mark_regions(ax, None, small=small)
        panel_title(ax, "C_T, layer by layer", small=small)
        lines = [_thin(ax, values, place, small=small) for place, values in enumerate(curves)]
        own = _line(ax, self._own, colour=INK, width=3.2, small=small)
        legend_below(
            self.figure_,
            [own, *lines],
            ["these pictures", *(model.name for model in self.shown)],
            small=small,
        )
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = [f"{plain(model.name)} {_span(model.fingerprint.parts[PART])}" for model in self.shown]
        over = f"; of the nearest known models: {'; '.join(told)}" if told else ""
        return f"C_T at {len(self.layers)} layers, of these pictures {_span(self._own)}{over}."


def _has_curve(part: NDArray[np.float64] | None) -> bool:
    return part is not None and part.ndim == 1 and bool(np.isfinite(part).any())


def _span(values: NDArray[np.float64]) -> str:
    known = [float(value) for value in values if math.isfinite(value)]
    return f"from {signed(min(known))} to {signed(max(known))}"


def _thin(ax: Axes, values: NDArray[np.float64], place: int, *, small: bool) -> Line2D:
    # The fifth colour is the ink of the pictures' own curve.
    style = line_style(place if place < 4 else place + 1)
    line = _line(ax, values, colour=style.colour, width=2.0 if place == 0 else 1.4, small=small)
    line.set(marker=style.marker, markersize=4 if small else 5, zorder=3.5 if place == 0 else 3)
    return line


def _line(ax: Axes, values: NDArray[np.float64], *, colour: str, width: float, small: bool) -> Line2D:
    (line,) = ax.plot(
        range(len(values)), np.where(np.isfinite(values), values, np.nan), color=colour, linewidth=width,
        marker="o", markersize=5 if small else 6.5, markeredgecolor="white", markeredgewidth=0.6, zorder=4,
    )  # fmt: skip
    return line
