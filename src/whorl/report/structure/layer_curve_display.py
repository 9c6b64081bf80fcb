"""The layer-wise manifold fingerprint as a picture."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from whorl.report.curve_axes import frame_layers
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import axis_words, legend_below, legend_line, panel_title
from whorl.report.palette import FONT, MUTED, LineStyle
from whorl.report.structure.frames import frame_lines
from whorl.report.structure.ratio_axis import scale_ratios
from whorl.report.structure.ratio_text import ratio_text
from whorl.report.text import counted, percent, plain
from whorl.structure.layer_results import LayerCurve, Separation

# Ablations are dashed, and lighter; the artifacts' line stands out in grey print too.
_STYLES = {
    "artifacts": LineStyle("#0072b2", "-", "o"),
    "raw": LineStyle("#d55e00", (0, (5, 1.8)), "s"),
    "random": LineStyle("#5a6472", (0, (1.2, 1.5)), "^"),
}
_ASIDE = {"artifacts": -0.1, "raw": 0.0, "random": 0.1}
_NAMES = ("minus nearest real (a)", "picture itself (raw)", "minus a random real")


class LayerCurveDisplay(Display):
    """Accuracy and Frechet distance ratio against depth: artifacts, and dashed the two ablations.

    The band is a 95 % interval over pictures in the upper panel, over draws of the halves in the lower one. Grey
    lines: chance, and the ratio of models that do not differ. The best of several layers is ringed.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: that of the accuracy and that of the ratio.
    """

    axes_: tuple[Axes, Axes]

    def __init__(self, curve: LayerCurve) -> None:
        self.curve = curve

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        shorter = 0.0 if len(self.curve.points) > 1 else 1.4  # three dots need no tall panels
        self.figure_ = new_figure(4.0, 5.4 - shorter) if small else new_figure(9.0, 6.6 - shorter)
        upper, lower = self.figure_.subplots(2, 1, sharex=True)
        self._accuracy(upper, small=small)
        self._ratio(lower, small=small)
        handles = [legend_line(style) for style in _STYLES.values()]
        legend_below(self.figure_, handles, _NAMES, small=small)
        self.axes_ = (upper, lower)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        curve, best = self.curve, self.curve.best
        return (
            f"Accuracy of naming one of {counted(len(curve.labels), 'model')} by a single picture at "
            f"{counted(len(curve.points), 'layer')}; guessing gives {percent(curve.chance)}. Artifacts are most "
            f"accurate at layer {plain(str(best.layer))}: {percent(best.artifacts.accuracy)}, 95 % interval "
            f"{percent(best.artifacts.low)} to {percent(best.artifacts.high)}; there the picture itself gives "
            f"{percent(best.raw.accuracy)}, minus a random real one {percent(best.random.accuracy)}. Frechet "
            f"distance ratio there {ratio_text(best.artifacts.fdr)}."
        )

    def _accuracy(self, ax: Axes, *, small: bool) -> None:
        for name in reversed(_STYLES):
            kinds = self._kind(name)
            self._line(
                ax,
                name,
                [kind.accuracy for kind in kinds],
                [kind.low for kind in kinds],
                [kind.high for kind in kinds],
            )
        if len(self.curve.points) > 1:
            self._ring(ax)
        _level(ax, self.curve.chance, "chance", small=small)
        ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g} %"))
        frame_layers(ax, [point.layer for point in self.curve.points], small=small)
        frame_lines(ax, small=small)
        ax.tick_params(axis="x", labelbottom=False)
        ax.set_xlabel("")
        axis_words(ax, y="rightly named", small=small)
        panel_title(ax, "accuracy of a single picture", small=small)

    def _ring(self, ax: Axes) -> None:
        best = self.curve.best
        ax.plot(
            [self.curve.points.index(best)], [best.artifacts.accuracy], marker="o", markersize=12,
            linestyle="none", markerfacecolor="none", markeredgecolor=_STYLES["artifacts"].colour,
            markeredgewidth=1.2, zorder=4,
        )  # fmt: skip

    def _ratio(self, ax: Axes, *, small: bool) -> None:
        for name in reversed(_STYLES):
            kinds = self._kind(name)
            self._line(
                ax, name, [kind.fdr for kind in kinds], [kind.fdr_low for kind in kinds],
                [kind.fdr_high for kind in kinds],
            )  # fmt: skip
        _level(ax, 1.0, "no difference", small=small)
        frame_layers(ax, [point.layer for point in self.curve.points], small=small)
        frame_lines(ax, small=small)
        drawn = [self._kind(name) for name in _STYLES]
        scale_ratios(
            ax, "y", [end for kinds in drawn for kind in kinds for end in (kind.fdr_low, kind.fdr_high)]
        )
        ax.set_ylabel("ratio", fontsize=8.5 if small else 9.5, color=MUTED, fontfamily=FONT)
        d, n = self.curve.fdr_d, self.curve.fdr_n
        panel_title(ax, f"Frechet distance ratio (d = {d}, n = {n:,})", small=small)

    def _kind(self, name: str) -> list[Separation]:
        return [getattr(point, name) for point in self.curve.points]

    def _line(self, ax: Axes, name: str, values: list[float], low: list[float], high: list[float]) -> None:
        style, x = _STYLES[name], np.arange(len(values), dtype=float)
        if len(values) == 1:  # no line to tell kinds apart by
            x += _ASIDE[name]
            ax.plot([x[0], x[0]], [low[0], high[0]], color=style.colour, linewidth=1.2)
        if name == "artifacts":
            ax.fill_between(x, low, high, color=style.colour, alpha=0.13, linewidth=0)
        ax.plot(
            x, values, color=style.colour, linestyle=style.dashes, marker=style.marker, markersize=4.5,
            markeredgecolor="white", markeredgewidth=0.5, linewidth=1.6 if name == "artifacts" else 1.2,
        )  # fmt: skip


def _level(ax: Axes, value: float, name: str, *, small: bool) -> None:
    ax.axhline(value, color=MUTED, linewidth=0.9, zorder=1)
    ax.annotate(
        name, (1, value), xycoords=("axes fraction", "data"), xytext=(-2, 3), textcoords="offset points",
        ha="right", fontsize=7.5 if small else 8.5, color=MUTED, fontfamily=FONT,
    )  # fmt: skip
