"""Names at the ends of lines, moved apart where they would overlap; a legend where they would not fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from whorl.report.palette import FONT, INK
from whorl.report.text import shorten

_MOST_DIRECT = 10
_LINE_HEIGHT_PT = 14.5
_LONGEST_NAME = 26


def name_lines(ax: Axes, lines: Sequence[Line2D], names: Sequence[str], *, small: bool) -> None:
    """Name each line: at its end where up to ten fit, else in a legend, highest end first.

    The figure must have been laid out: how much room there is decides.
    """
    heights = [_height(ax, line) for line in lines]
    order = sorted(range(len(lines)), key=lambda i: -heights[i])
    shown = [shorten(name, _LONGEST_NAME) for name in names]
    figure = ax.get_figure(root=True)
    room = ax.get_window_extent().height * 72 / (figure.dpi if figure else 72)
    if small or len(lines) > min(_MOST_DIRECT, room / _LINE_HEIGHT_PT):
        _legend(ax, [lines[i] for i in order], [shown[i] for i in order], small=small)
        return
    placed = spread([heights[i] for i in order], _LINE_HEIGHT_PT / room)
    for i, height in zip(order, placed, strict=True):
        _label(ax, lines[i], shown[i], height)


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Return heights as near to the wanted ones as may be, `gap` apart, in the same falling order.

    Groups that would overlap are centred on the mean of what they want; then all is kept within 0 and 1.

    >>> [round(y, 2) for y in spread([0.52, 0.5, 0.1], 0.1)]
    [0.56, 0.46, 0.1]
    """
    groups: list[list[float]] = []
    for height in wanted:
        groups.append([height])
        while len(groups) > 1 and _bottom(groups[-2], gap) - _top(groups[-1], gap) < gap:
            last = groups.pop()
            groups[-1] += last
    placed = [_top(group, gap) - gap * i for group in groups for i in range(len(group))]
    for i, height in enumerate(placed):
        placed[i] = min(height, 1 - gap * i)
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = max(placed[i], gap * (len(placed) - 1 - i))
    return placed


def _top(group: Sequence[float], gap: float) -> float:
    return sum(group) / len(group) + gap * (len(group) - 1) / 2


def _bottom(group: Sequence[float], gap: float) -> float:
    return _top(group, gap) - gap * (len(group) - 1)


def _end(line: Line2D) -> tuple[float, float]:
    x, y = np.asarray(line.get_xydata(), dtype=np.float64)[-1]
    return float(x), float(y)


def _height(ax: Axes, line: Line2D) -> float:
    """Return where a line ends, as a share of the axes' height; the middle for a value that is no number."""
    to_axes = ax.transData + ax.transAxes.inverted()
    height = float(to_axes.transform(_end(line))[1])
    return height if math.isfinite(height) else 0.5


def _label(ax: Axes, line: Line2D, name: str, height: float) -> None:
    colour = line.get_color()
    ax.annotate(
        name,
        _end(line),
        xytext=(1.03, height),
        textcoords="axes fraction",
        va="center",
        fontsize=10,
        color=colour,
        fontfamily=FONT,
        annotation_clip=False,
        parse_math=False,
        arrowprops={
            "arrowstyle": "-", "color": colour, "linewidth": 0.7, "alpha": 0.55, "shrinkA": 2, "shrinkB": 5,
            "relpos": (0, 0.5),
        },
    )  # fmt: skip


def _legend(ax: Axes, lines: Sequence[Line2D], names: Sequence[str], *, small: bool) -> None:
    figure = ax.get_figure(root=True)
    style: dict[str, Any] = {"frameon": False, "handlelength": 3.2, "labelcolor": INK, "labelspacing": 0.65}
    style["prop"] = {"family": FONT, "size": 8.5 if small else 10}
    if not isinstance(figure, Figure) or len(figure.axes) > 1:
        legend = ax.legend(lines, names, **style)  # someone else's figure: stay in our own axes
    elif small:
        legend = figure.legend(lines, names, loc="outside lower center", ncols=2, **style)
    else:
        legend = figure.legend(lines, names, loc="outside right center", **style)
    for text in legend.get_texts():
        text.set_parse_math(False)
