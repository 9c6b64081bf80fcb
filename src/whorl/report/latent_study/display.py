"""A study of keys as a picture: how many are read, and what they do to the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from whorl.errors import WhorlError
from whorl.latent.studies.study import LatentStudy, Point
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import as_written, axis_words, legend_below, legend_line, panel_title
from whorl.report.palette import INK, LEVEL, MUTED, LineStyle, line_style
from whorl.report.structure.frames import frame_lines
from whorl.report.text import percent, plain, shorten

_READ, _COST = "pictures with every bit right", "Frechet distance over that of plain pictures"
_WRONG = "Share of bits wrong: measured with bars, predicted dashed"
_TAKEN = "pictures taken for the victim's"
_PASSED = 1.1
"""The ratio up to which Whorl's own claims call quality unchanged."""
_WIDE, _MOST_TICKS = 3.0, 8


class LatentStudyDisplay(Display):
    """Shares with intervals along the study's axis, or one row for each condition, and Frechet ratios beside them.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: of shares, then of ratios where there are any.

    Raises:
        WhorlError: there is nothing to draw.
    """

    axes_: tuple[Axes, ...]

    def __init__(self, study: LatentStudy) -> None:
        self.study = study
        self._points = [point for points in study.series.values() for point in points]
        if not self._points:
            raise WhorlError("there is no condition to draw.")
        self._styles = {name: line_style(place) for place, name in enumerate(study.series)}
        self._along = bool(study.axis) and any(point.x is not None for point in self._points)
        self._priced = self._along and any(point.quality is not None for point in self._points)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        count = 2 if self._priced or self.study.foretold else 1
        rows = 0.3 * len(self._points) + 1.3
        tall = rows if not self._along else 2.9
        self.figure_ = (
            new_figure(4.0, count * tall + 0.9) if small else new_figure(4.6 * count + 0.6, tall + 0.9)
        )
        shape = (count, 1) if small else (1, count)
        self.axes_ = tuple(self.figure_.subplots(*shape, squeeze=False).flat)
        if self._along:
            self._shares(self.axes_[0], small=small)
            if self.study.foretold:
                self._errors(self.axes_[1], small=small)
            elif self._priced:
                self._prices(self.axes_[1], small=small)
        else:
            self._rows(self.axes_[0], small=small)
        handles = [legend_line(style) for style in self._styles.values()]
        legend_below(self.figure_, handles, self._styles, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = [
            f"{plain(name)}: "
            + "; ".join(
                f"{plain(point.name)} {percent(share_of(point)[0])}{self._told_errors(point)}"
                for point in points
            )
            for name, points in self.study.series.items()
        ]
        return f"{self.study.title}. Share of {self._what}. {'. '.join(told)}."

    @property
    def _what(self) -> str:
        return _READ if any(point.read is not None for point in self._points) else _TAKEN

    def _told_errors(self, point: Point) -> str:
        if not self.study.foretold or point.read is None:
            return ""
        predicted = point.read.predicted
        told = "" if predicted is None else f", predicted {percent(predicted)}"
        return f" (bits wrong {percent(point.read.wrong.value)}{told})"

    def _errors(self, ax: Axes, *, small: bool) -> None:
        """Draw shares of wrong bits: measured with binomial intervals, predicted dashed with hollow marks."""
        for name, points in self.study.series.items():
            style = self._styles[name]
            read = [(p.x, p.read) for p in points if p.read is not None and p.x is not None]
            for x, found in read:
                ax.plot([x] * 2, [found.wrong.low, found.wrong.high], color=style.colour, linewidth=1.2)
            self._line(ax, [(x, found.wrong.value) for x, found in read], style)
            foretold = [(x, found.predicted) for x, found in read if found.predicted is not None]
            if foretold:
                ax.plot(
                    *zip(*foretold, strict=True), color=style.colour, linewidth=1.1, linestyle=(0, (3, 2)),
                    marker=style.marker, markersize=6.5, markerfacecolor="none",
                )  # fmt: skip
        ax.set_ylim(bottom=-0.01)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
        self._frame(ax, small=small)
        panel_title(ax, _WRONG, small=small)

    def _shares(self, ax: Axes, *, small: bool) -> None:
        for name, points in self.study.series.items():
            style = self._styles[name]
            for point in points:
                value, low, high = share_of(point)
                if point.x is None:  # stands nowhere on the axis: a level
                    ax.axhline(value, color=style.colour, linestyle=(0, (4, 2)), linewidth=1.2)
                else:
                    ax.plot([point.x] * 2, [low, high], color=style.colour, linewidth=1.0, alpha=0.6)
            self._line(ax, [(p.x, share_of(p)[0]) for p in points if p.x is not None], style)
            bits = [
                (p.x, p.read.bit_accuracy.value) for p in points if p.read is not None and p.x is not None
            ]
            if bits:
                ax.plot(
                    *zip(*bits, strict=True), color=style.colour, linewidth=0.9, linestyle=(0, (1.2, 1.5))
                )
        ax.set_ylim(-0.03, 1.03)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
        self._frame(ax, small=small)
        panel_title(ax, f"Share of {self._what} (dotted: of bits)", small=small)

    def _prices(self, ax: Axes, *, small: bool) -> None:
        ratios = [(p.name, p.quality.ratio) for p in self._points if p.quality is not None]
        for name, points in self.study.series.items():
            style = self._styles[name]
            for point in points:
                if point.quality is None:
                    continue
                if point.x is None:
                    ax.axhline(point.quality.ratio, color=style.colour, linestyle=(0, (4, 2)), linewidth=1.2)
                else:
                    span = [point.quality.low, point.quality.high]
                    ax.plot([point.x] * 2, span, color=style.colour, linewidth=1.0, alpha=0.6)
            prices = [(p.x, p.quality.ratio) for p in points if p.quality is not None and p.x is not None]
            self._line(ax, prices, style)
        if max(ratio for _, ratio in ratios) > _WIDE:
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0)))
            ax.yaxis.set_minor_formatter(NullFormatter())
        ax.axhline(1.0, color=MUTED, linewidth=0.9, zorder=1)
        ax.axhline(_PASSED, color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        self._frame(ax, small=small)
        panel_title(ax, _COST, small=small)

    def _line(self, ax: Axes, points: Sequence[tuple[float | None, float]], style: LineStyle) -> None:
        if points:
            ax.plot(
                *zip(*points, strict=True), color=style.colour, linewidth=1.5, marker=style.marker, markersize=5,
                markeredgecolor="white", markeredgewidth=0.5, zorder=3,
            )  # fmt: skip

    def _frame(self, ax: Axes, *, small: bool) -> None:
        frame_lines(ax, small=small)
        if self.study.logarithmic:
            ax.set_xscale("log")
            ax.xaxis.set_minor_locator(NullLocator())
            places = sorted({point.x for point in self._points if point.x is not None})
            if len(places) <= _MOST_TICKS:
                ax.xaxis.set_major_locator(FixedLocator(places))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
        axis_words(ax, x=self.study.axis, small=small)

    def _rows(self, ax: Axes, *, small: bool) -> None:
        names, row = [], 0
        for name, points in self.study.series.items():
            style = self._styles[name]
            for point in points:
                value, low, high = share_of(point)
                ax.plot([low, high], [row, row], color=style.colour, linewidth=1.4, zorder=3)
                ax.plot(
                    [value], [row], marker=style.marker, markersize=6, color=style.colour, markeredgecolor="white",
                    zorder=4,
                )  # fmt: skip
                names.append(shorten(point.name, 30 if small else 48))
                row += 1
        frame_lines(ax, small=small)
        ax.grid(visible=False, axis="y")
        ax.grid(visible=True, axis="x", color=LEVEL, linewidth=0.9)
        ax.set_xlim(-0.03, 1.03)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_yticks(range(len(names)), labels=names)
        ax.tick_params(axis="y", length=0)
        as_written(ax.get_yticklabels(), size=7.5 if small else 9, colour=INK)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
        panel_title(ax, f"Share of {self._what}", small=small)


def share_of(point: Point) -> tuple[float, float, float]:
    """Return what is drawn of a condition, with its interval: pictures read exactly, or taken for the victim's."""
    if point.read is not None:
        found = point.read.exact
        return found.value, found.low, found.high
    others = point.others
    return others["taken_for_the_victim"], others["low"], others["high"]
