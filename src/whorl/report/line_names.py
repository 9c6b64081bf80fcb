"""Names at the ends of lines, moved apart where they would overlap; a legend where they would not fit."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from whorl.report.palette import FONT, INK
from whorl.report.text import shorten

_MOST_DIRECT = 10
_LINE_HEIGHT_PT = 14.5
_LONGEST_NAME = 26


def name_lines(ax: Axes, lines: Sequence[Line2D], names: Sequence[str], *, small: bool) -> None:
    """Name each line: at its end where up to ten fit, else in a legend, highest end first."""
    ends = [float(ax.transData.transform((0, line.get_ydata()[-1]))[1]) for line in lines]  # type: ignore[index]
    order = sorted(range(len(lines)), key=lambda i: -ends[i] if ends[i] == ends[i] else 0.0)
    shown = [shorten(name, _LONGEST_NAME) for name in names]
    room = ax.get_window_extent().height * 72 / ax.get_figure(root=True).dpi  # type: ignore[union-attr]
    if small or len(lines) > min(_MOST_DIRECT, room / _LINE_HEIGHT_PT):
        _legend(ax, [lines[i] for i in order], [shown[i] for i in order], small=small)
        return
    bottom, top = ax.transAxes.transform([(0, 0), (0, 1)])[:, 1]
    wanted = [(ends[i] - bottom) / (top - bottom) if ends[i] == ends[i] else 0.5 for i in order]
    placed = spread(wanted, _LINE_HEIGHT_PT / room)
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


def _label(ax: Axes, line: Line2D, name: str, height: float) -> None:
    x, y = (float(data[-1]) for data in (line.get_xdata(), line.get_ydata()))  # type: ignore[index]
    colour = line.get_color()
    ax.annotate(
        name,
        (x, y),
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
    style = {"frameon": False, "handlelength": 3.2, "labelcolor": INK}
    font = {"family": FONT, "size": 8.5 if small else 10}
    if not isinstance(figure, Figure) or len(figure.axes) > 1:
        legend = ax.legend(lines, names, prop=font, **style)  # someone else's figure: stay in our own axes
    else:
        place = {"loc": "outside lower center", "ncols": 2} if small else {"loc": "outside right center"}
        legend = figure.legend(lines, names, prop=font, labelspacing=0.65, **place, **style)
    for text in legend.get_texts():
        text.set_parse_math(False)
