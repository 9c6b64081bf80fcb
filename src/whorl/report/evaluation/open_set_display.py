"""How well known models are told from unknown architectures, as a picture."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from whorl.errors import WhorlError
from whorl.evaluation.results import Evaluation, OpenSetRate
from whorl.report.display import Display
from whorl.report.evaluation.method_lines import (
    MethodLine,
    draw_methods,
    frame_rates,
    handles,
    method_styles,
)
from whorl.report.figures import new_figure
from whorl.report.named_styles import axis_words, legend_below, panel_title
from whorl.report.palette import FONT, INK
from whorl.report.text import percent, plain, shorten

_KNOWN, _UNKNOWN = "#0b6b5d", "#b5390b"
_BAR = 0.36


class OpenSetDisplay(Display):
    """Left, area under the curve against the number of pictures; right, what the default accepts.

    Left: a line per method, with 95 % intervals. Right: the shares of known and of unknown sets that the
    default's own threshold accepts, and, as a line across, the share of unknown ones that it promises.

    Attributes:
        figure_: the matplotlib figure, after `plot`.

    Raises:
        WhorlError: there are no open-set rates.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        if not evaluation.open_set:
            raise WhorlError("this evaluation has no open-set rates to draw: no architecture was left out.")
        self.evaluation = evaluation
        self._rates = {(rate.method, rate.size): rate for rate in evaluation.open_set}
        self.methods = tuple(m for m in evaluation.methods if any(method == m for method, _ in self._rates))
        self._styles = method_styles(self.methods, evaluation.default)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        legend = 0.2 * (-(-len(self.methods) // (2 if small else 5))) + 0.5
        self.figure_ = new_figure(4.0 if small else 9.0, (5.6 if small else 3.8) + legend)
        left, right = self.figure_.subplots(2, 1) if small else self.figure_.subplots(1, 2)
        self._areas(left, small=small)
        self._accepted(right, small=small)
        legend_below(self.figure_, handles(self._styles, self.evaluation.default), self._styles, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        size = max(size for _, size in self._rates)
        told = sorted((r for r in self._rates.values() if r.size == size), key=lambda r: -r.auroc)
        areas = ", ".join(f"{plain(rate.method)} {rate.auroc:.2f}" for rate in told)
        return f"Area under the curve, known against unknown, with {size:,} pictures: {areas}.{self._told()}"

    def _told(self) -> str:
        words = []
        for rate in self._own():
            if rate.accepted_known is not None and rate.accepted_unknown is not None:
                promised = f" ({percent(rate.promised)} promised)" if rate.promised is not None else ""
                words.append(
                    f"with {rate.size:,} pictures {percent(rate.accepted_known)} of known and "
                    f"{percent(rate.accepted_unknown)} of unknown sets{promised}"
                )
        return f" {plain(self.evaluation.default)} accepts {'; '.join(words)}." if words else ""

    def _own(self) -> list[OpenSetRate]:
        default = self.evaluation.default
        found = [self._rates.get((default, size)) for size in self.evaluation.sizes]
        return [rate for rate in found if rate is not None]

    def _areas(self, ax: Axes, *, small: bool) -> None:
        lowest = min(rate.auroc_low for rate in self._rates.values())
        bottom = min(0.4, np.floor(10 * lowest) / 10)
        frame_rates(ax, self.evaluation.sizes, chance=0.5, lowest=float(bottom), small=small)
        ax.yaxis.set_major_formatter("{x:.1f}")
        draw_methods(ax, [self._line(m) for m in self.methods], self._styles, self.evaluation.default)
        panel_title(ax, "known or unknown: area under the curve", small=small)
        axis_words(ax, x="" if small else "pictures per query", y="AUROC; dashed: chance", small=small)

    def _line(self, method: str) -> MethodLine:
        rates = [self._rates.get((method, size)) for size in self.evaluation.sizes]
        return MethodLine(
            method,
            tuple(rate.auroc if rate else None for rate in rates),
            tuple(rate.auroc_low if rate else None for rate in rates),
            tuple(rate.auroc_high if rate else None for rate in rates),
        )

    def _accepted(self, ax: Axes, *, small: bool) -> None:
        frame_rates(ax, self.evaluation.sizes, chance=None, small=small)
        panel_title(ax, f"accepted by {shorten(self.evaluation.default, 18)}", small=small)
        axis_words(ax, x="pictures per query", y="share of sets", small=small)
        own = [rate for rate in self._own() if rate.accepted_known is not None]
        if not own:
            ax.text(
                0.5, 0.5, "no threshold of its own", transform=ax.transAxes, ha="center", fontsize=9,
                color=INK, fontfamily=FONT,
            )  # fmt: skip
            return
        for rate in own:
            self._bars(ax, rate)
        names = [
            "known",
            "unknown",
            *(["promised for unknown"] if any(r.promised is not None for r in own) else []),
        ]
        marks = [Line2D([], [], color=colour, linewidth=7) for colour in (_KNOWN, _UNKNOWN)]
        marks.append(Line2D([], [], color=INK, linewidth=2))
        ax.set_ylim(-0.02, 1.2)
        ax.set_yticks(np.arange(6) / 5)
        ax.legend(
            marks[: len(names)], names, loc="upper left", ncols=3, frameon=False, labelcolor=INK,
            prop={"family": FONT, "size": 8}, handlelength=1.2, columnspacing=1.0, borderaxespad=0.1,
        )  # fmt: skip

    def _bars(self, ax: Axes, rate: OpenSetRate) -> None:
        at = self.evaluation.sizes.index(rate.size)
        shares = ((-1, rate.accepted_known, _KNOWN), (1, rate.accepted_unknown, _UNKNOWN))
        for side, share, colour in shares:
            if share is not None:
                # The number stands above the line of what is promised, not on it.
                top = (rate.promised or 0.0) + 0.015 if side > 0 else 0.0
                x = at + side * _BAR / 2
                ax.bar([x], [share], width=_BAR * 0.94, color=colour, zorder=2)
                ax.annotate(
                    f"{100 * share:.0f}", (x, max(share, top)), xytext=(0, 2), textcoords="offset points",
                    ha="center", va="bottom", fontsize=8, color=colour, fontfamily=FONT,
                )  # fmt: skip
        if rate.promised is not None:
            ax.hlines([rate.promised], at - 0.05, at + _BAR + 0.06, color=INK, linewidth=1.8, zorder=4)
