"""Frechet distance ratios beside what dealt labels give, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from whorl.attribution.manifold_names import Kind
from whorl.errors import WhorlError
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import as_written, axis_words, panel_title
from whorl.report.palette import FAINT, FONT, INK, LEVEL, MUTED
from whorl.report.structure.frames import frame_lines
from whorl.report.structure.kinds import KINDS
from whorl.report.structure.ratio_axis import scale_ratios
from whorl.report.structure.ratio_text import ratio_text
from whorl.report.text import counted, p_equation, plain, shorten
from whorl.structure.space_ratio import SpaceRatio

_COLOUR = "#0072b2"


class RatiosDisplay(Display):
    """The ratio of artifacts and of both ablations at every layer, beside that of labels dealt at random.

    A grey bar reaches from the mean of dealt labels to their 95 % quantile; a line through a dot is the interval
    over draws of the halves.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: one per kind of features.

    Raises:
        WhorlError: there is no ratio.
    """

    axes_: tuple[Axes, ...]

    def __init__(self, ratios: Sequence[SpaceRatio]) -> None:
        if not ratios:
            raise WhorlError("there is no ratio to draw.")
        self.ratios = tuple(ratios)
        self.kinds = tuple(kind for kind in KINDS if any(each.kind == kind for each in ratios))
        self.layers = tuple(dict.fromkeys(each.layer for each in ratios))

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        tall, count = 0.26 * len(self.layers) + 0.3, len(self.kinds)
        self.figure_ = new_figure(4.0, count * (tall + 0.5) + 0.7) if small else new_figure(9.0, tall + 1.4)
        shape = (count, 1) if small else (1, count)
        panels = self.figure_.subplots(*shape, sharex=True, squeeze=False).flat
        self.axes_ = tuple(panels)
        for place, (ax, kind) in enumerate(zip(self.axes_, self.kinds, strict=True)):
            last = not small or place == count - 1
            self._panel(ax, kind, named=small or place == 0, below=last, small=small)
        self._legend(small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = "; ".join(
            f"layer {plain(str(each.layer))} {ratio_text(each.ratio.value)}, labels dealt at random "
            f"{ratio_text(each.null.mean)}, {p_equation(each.null.p)}"
            for each in self.ratios
            if each.kind == self.kinds[0]
        )
        first = self.ratios[0].ratio
        return (
            f"Frechet distance ratio of {len(first.labels)} classes at "
            f"{counted(len(self.layers), 'layer')}, {KINDS[self.kinds[0]]}: {told}."
        )

    def _panel(self, ax: Axes, kind: Kind, *, named: bool, below: bool, small: bool) -> None:
        for each in self.ratios:
            if each.kind != kind:
                continue
            row, ratio, null = self.layers.index(each.layer), each.ratio, each.null
            ax.plot(
                [null.mean, null.high], [row, row], color=FAINT, linewidth=8, solid_capstyle="butt", zorder=2
            )
            ax.plot([ratio.lower, ratio.upper], [row, row], color=_COLOUR, linewidth=1.4, zorder=3)
            ax.plot(
                [ratio.value],
                [row],
                marker="o",
                markersize=6,
                color=_COLOUR,
                markeredgecolor="white",
                zorder=4,
            )
        frame_lines(ax, small=small)
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x", color=LEVEL, linewidth=0.9)
        ax.axvline(1.0, color=MUTED, linewidth=0.9, zorder=1)
        ax.set_ylim(len(self.layers) - 0.4, -0.6)
        shown = [shorten(str(layer), 14) for layer in self.layers]
        ax.set_yticks(range(len(self.layers)), labels=shown)
        ax.tick_params(axis="y", length=0, labelleft=named)
        as_written(ax.get_yticklabels(), size=7.5 if small else 9)
        drawn = [(each.ratio.lower, each.ratio.upper, each.null.mean, each.null.high) for each in self.ratios]
        scale_ratios(ax, "x", [value for values in drawn for value in values])
        axis_words(ax, x="ratio" if below else "", y="layer" if named else "", small=small)
        panel_title(ax, KINDS[kind], small=small)

    def _legend(self, *, small: bool) -> None:
        handles = [
            Line2D([], [], marker="o", markersize=6, color=_COLOUR, label="measured"),
            Patch(color=FAINT, label="labels dealt at random: mean to 95 % quantile"),
        ]
        self.figure_.legend(
            handles=handles, loc="outside lower center", ncols=2, frameon=False, labelcolor=INK,
            columnspacing=1.2, handletextpad=0.4, prop={"family": FONT, "size": 7.5 if small else 9.5},
        )  # fmt: skip
