"""The C_T-layer curve as a picture."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Literal, Self, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from whorl.errors import WhorlError
from whorl.memorization.curve import Curve
from whorl.memorization.verdict import healthy_limit
from whorl.report.curve_axes import frame_layers, frame_values, mark_groups, mark_regions, name_axes
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.findings import by_tail_alone, layer_findings
from whorl.report.line_names import name_lines
from whorl.report.palette import FINDING_COLOURS, FINDING_MARKERS, FONT, INK, line_style
from whorl.report.phrases import INSIDE_THE_BAND
from whorl.report.text import layer_span, plain, signed

Value: TypeAlias = Literal["standardised", "raw"]
_TITLES: dict[Value, str] = {"standardised": "Standardised C_T, layer by layer", "raw": "C_T, layer by layer"}


class CurveDisplay(Display):
    """C_T at every layer of one or several curves of the same Reference.

    Below the healthy band: generated pictures nearer to training than fresh real ones (copies). Above:
    farther (under-fits). The band holds |standardised C_T| below `healthy_limit`, 5 % family-wise a side.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.

    >>> import numpy as np, whorl
    >>> rng = np.random.default_rng(0)
    >>> T, P, Q = ({1: rng.normal(size=(n, 4)), 2: rng.normal(size=(n, 4))} for n in (300, 150, 60))
    >>> curve = whorl.Reference.from_embeddings(T, P, cells=2).curve_from_embeddings(Q)
    >>> display = CurveDisplay.from_curves({"mine": curve}).plot()
    >>> display.ax_.get_title(loc="left")
    'mine'
    """

    ax_: Axes

    def __init__(self, curves: Mapping[str, Curve], *, value: Value = "standardised") -> None:
        if value not in _TITLES:
            raise WhorlError(f"value must be one of {', '.join(_TITLES)}; got {value!r}.")
        if not curves:
            raise WhorlError("there is no curve to draw; give at least one.")
        self.curves = dict(curves)
        self.value = value
        _check_comparable(self.curves)

    @classmethod
    def from_curves(
        cls, curves: Curve | Mapping[str, Curve], *, value: Value = "standardised", name: str = ""
    ) -> Self:
        """Take one curve, or several by name.

        Args:
            curves: one curve, or {name: curve}; all of the same Reference and layers.
            value: "standardised" (C_T / sqrt(sum w^2)), or "raw" (C_T itself; without the band, whose width
                in raw C_T differs by layer and set).
            name: what to call a single curve.

        Raises:
            WhorlError: no curve, an unknown value, or curves of different References.
        """
        return cls({name: curves} if isinstance(curves, Curve) else curves, value=value)

    def plot(self, ax: Axes | None = None, *, small: bool = False) -> Self:
        """Draw.

        Args:
            ax: axes to draw in; None for a figure of its own (about 900 pixels wide).
            small: for a column or a phone: 400 pixels wide, the names below.
        """
        if ax is None:
            ax = self._own_figure(small=small).add_subplot()
        figure = ax.get_figure(root=True)
        if figure is None:
            raise WhorlError("these axes belong to no figure; make them with figure.add_subplot().")
        self.figure_, self.ax_ = figure, ax
        first = next(iter(self.curves.values()))
        layers = first.layers
        limit = healthy_limit(len(layers))
        values = {name: self._values(curve) for name, curve in self.curves.items()}
        frame_layers(ax, layers, small=small)
        frame_values(ax, np.concatenate(list(values.values())).tolist(), limit, small=small)
        mark_groups(ax, first.verdict, small=small)
        mark_regions(ax, limit if self.value == "standardised" else None, small=small)
        self._lines(ax, values, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = [
            f"{plain(name) or 'generated pictures'} from {signed(min(self._values(curve)))} to "
            f"{signed(max(self._values(curve)))} ({curve.verdict.whole.finding})"
            for name, curve in self.curves.items()
        ]
        alone = [] if len(self.curves) > 1 else by_tail_alone(next(iter(self.curves.values())))
        why = f" {layer_span([layer.strongest for layer in alone])}: {INSIDE_THE_BAND}." if alone else ""
        return f"{_TITLES[self.value]}: {'; '.join(told)}.{why}"

    def _values(self, curve: Curve) -> NDArray[np.float64]:
        return curve.standardised if self.value == "standardised" else curve.values

    def _own_figure(self, *, small: bool) -> Figure:
        words = any(isinstance(layer, str) for curve in self.curves.values() for layer in curve.layers)
        legend = 0.1 * len(self.curves) if len(self.curves) > 1 else 0.0
        return new_figure(4.0, 3.7 + 0.6 * words + legend) if small else new_figure(9.0, 4.7 + 0.4 * words)

    def _lines(self, ax: Axes, values: Mapping[str, NDArray[np.float64]], *, small: bool) -> None:
        if len(values) == 1:
            ((name, curve),) = self.curves.items()
            _one_line(ax, curve, values[name], small=small)
            if by_tail_alone(curve):
                _say_why(ax, small=small)
            name_axes(ax, _TITLES[self.value], name, small=small)
            return
        name_axes(ax, _TITLES[self.value], "", small=small)
        lines = [_line_of_many(ax, y, i, small=small) for i, y in enumerate(values.values())]
        # The layout decides how much room the names have, so it has to be known before they are placed.
        self.figure_.draw_without_rendering()
        name_lines(ax, lines, list(values), small=small)


def _line_of_many(ax: Axes, y: NDArray[np.float64], index: int, *, small: bool) -> Line2D:
    style = line_style(index)
    (line,) = ax.plot(
        range(len(y)),
        y,
        color=style.colour,
        linestyle=style.dashes,
        marker=style.marker,
        linewidth=1.5 if small else 1.8,
        markersize=4 if small else 5,
        markeredgecolor="white",
        markeredgewidth=0.6,
        clip_on=False,
        zorder=3,
    )
    return line


def _one_line(ax: Axes, curve: Curve, y: NDArray[np.float64], *, small: bool) -> None:
    """Draw a single curve; its points say what they find, and the deciding ones their value."""
    ax.plot(range(len(y)), y, color=INK, linewidth=1.5 if small else 1.8, zorder=3, clip_on=False)
    for x, (value, finding) in enumerate(zip(y, layer_findings(curve), strict=True)):
        ax.plot(
            [x], [value], marker=FINDING_MARKERS[finding], markersize=6 if small else 8, linestyle="none",
            color=FINDING_COLOURS[finding], markeredgecolor="white", markeredgewidth=0.9, zorder=4, clip_on=False,
        )  # fmt: skip
    for layer in sorted(
        {curve.layers.index(part.strongest) for part in (curve.verdict.early, curve.verdict.late)}
    ):
        down = y[layer] < 0
        ax.annotate(
            signed(float(y[layer])), (layer, float(y[layer])), xytext=(0, -9 if down else 9),
            textcoords="offset points", ha="center", va="top" if down else "bottom", zorder=5,
            fontsize=8.5 if small else 10, fontweight="bold", color=INK, fontfamily=FONT,
        )  # fmt: skip


def _say_why(ax: Axes, *, small: bool) -> None:
    """Say below the layers why a point marked as copies lies where C_T is ordinary."""
    told = "\n".join(textwrap.wrap(INSIDE_THE_BAND, 56 if small else 120))
    ax.annotate(
        told, (0.5, 0), xycoords=("axes fraction", ax.xaxis.label), xytext=(0, -5), textcoords="offset points",
        ha="center", va="top", fontsize=8 if small else 9.5, color=FINDING_COLOURS["copies"], fontfamily=FONT,
    )  # fmt: skip


def _check_comparable(curves: Mapping[str, Curve]) -> None:
    named = list(curves.items())
    first_name, first = named[0]
    for name, curve in named[1:]:
        if curve.reference != first.reference or curve.layers != first.layers:
            raise WhorlError(
                f"the curves {plain(first_name)!r} and {plain(name)!r} come from different References "
                f"({first.reference[:12]} and {curve.reference[:12]}), so they cannot be compared. Score both "
                "sets against one Reference, or draw them apart."
            )
