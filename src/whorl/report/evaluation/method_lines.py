"""Rates of several methods against the number of pictures, the default standing out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MultipleLocator
from numpy.typing import NDArray

from whorl.report.named_styles import legend_line
from whorl.report.palette import FAINT, FONT, GRID, INK, MUTED, LineStyle, line_style

_SPREAD = 0.24


@dataclass(frozen=True)
class MethodLine:
    """One method's rates by size, with their intervals; None where it was not run."""

    method: str
    values: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


def method_styles(methods: Sequence[str], default: str) -> dict[str, LineStyle]:
    """Return a style for each method; ink is kept for the default.

    >>> method_styles(["a", "b"], "a")["a"].colour == INK
    True
    """
    others = (style for style in map(line_style, range(168)) if style.colour != INK)
    return {
        method: LineStyle(INK, "-", "o") if method == default else next(others, line_style(0))
        for method in methods
    }


def draw_methods(
    ax: Axes, lines: Sequence[MethodLine], styles: Mapping[str, LineStyle], default: str
) -> None:
    """Draw a line for each method, beside each other at each size so that intervals can be told apart."""
    count = len(lines)
    for place, line in enumerate(sorted(lines, key=lambda each: each.method == default)):
        main = line.method == default
        shift = 0.0 if main or count < 3 else _SPREAD * (place / (count - 2) - 0.5)
        _draw(ax, line, styles[line.method], shift=shift, main=main)


def frame_rates(
    ax: Axes, sizes: Sequence[int], *, chance: float | None, lowest: float = 0.0, small: bool
) -> None:
    """Scale axes for shares against sizes; dashed where guessing lies."""
    beside = 1.2 if len(sizes) == 1 else 0.45
    ax.set_xlim(-beside, len(sizes) - 1 + beside)
    ax.set_ylim(lowest - 0.02, 1.02)
    ax.set_xticks(range(len(sizes)), labels=[f"{size:,}" for size in sizes])
    ax.yaxis.set_major_locator(MultipleLocator(0.2 if lowest == 0.0 else 0.1))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    ax.tick_params(labelsize=8 if small else 9, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    if chance is not None:
        ax.axhline(chance, color=MUTED, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)


def handles(styles: Mapping[str, LineStyle], default: str) -> list[Line2D]:
    """Return what a legend shows of each method."""
    return [
        legend_line(style, width=2.8, size=7.0) if method == default else legend_line(style)
        for method, style in styles.items()
    ]


def _draw(ax: Axes, line: MethodLine, style: LineStyle, *, shift: float, main: bool) -> None:
    x = np.arange(len(line.values)) + shift
    values, low, high = (_numbers(each) for each in (line.values, line.low, line.high))
    ax.plot(
        x, values, color=style.colour, linestyle=style.dashes, marker=style.marker, markeredgecolor="white",
        markeredgewidth=0.5, linewidth=2.8 if main else 1.3, markersize=7 if main else 5,
        zorder=4 if main else 3, alpha=1.0 if main else 0.85,
    )  # fmt: skip
    if main:
        ax.fill_between(x, low, high, color=style.colour, alpha=0.14, linewidth=0, zorder=1.5)
    ax.vlines(
        x, low, high, color=style.colour, linewidth=2.0 if main else 0.9, alpha=0.9 if main else 0.4, zorder=2
    )


def _numbers(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)
