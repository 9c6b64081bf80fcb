"""Architectures told apart by colour, dashes and marker, the same ones in every figure of a result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from whorl.report.palette import FONT, INK, MUTED, LineStyle, line_style
from whorl.report.text import shorten


def styles_by_name(names: Iterable[str]) -> dict[str, LineStyle]:
    """Return a style for each different name, in alphabetical order.

    >>> list(styles_by_name(["b", "a", "b"]))
    ['a', 'b']
    """
    return {name: line_style(i) for i, name in enumerate(sorted(set(names)))}


def hollow(style: LineStyle) -> bool:
    """Return whether a mark without a line is drawn hollow, as its colour is another name's already."""
    return style.dashes != "-"


def legend_line(style: LineStyle, *, width: float = 1.3, size: float = 5.0) -> Line2D:
    """Return what a legend shows of a line."""
    how: dict[str, Any] = {"color": style.colour, "linestyle": style.dashes, "marker": style.marker}
    return Line2D(
        [], [], linewidth=width, markersize=size, markeredgecolor="white", markeredgewidth=0.5, **how
    )


def legend_below(figure: Figure, handles: list[Line2D], names: Iterable[str], *, small: bool) -> None:
    """Name lines or marks below a figure, as many to a row as fit."""
    shown = [shorten(name, 24) for name in names]
    longest = max(map(len, shown), default=1)
    columns = max(1, min(len(shown), (50 if small else 112) // (longest + 7)))
    legend = figure.legend(
        handles, shown, loc="outside lower center", ncols=columns, frameon=False, handlelength=2.6,
        labelcolor=INK, labelspacing=0.45, columnspacing=1.4, prop={"family": FONT, "size": 8 if small else 9.5},
    )  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


def panel_title(ax: Axes, text: str, *, small: bool, pad: float = 7) -> None:
    """Say above a panel what it shows."""
    ax.set_title(
        text, loc="left", pad=pad, fontsize=9.5 if small else 10.5, fontweight="bold", color=INK,
        fontfamily=FONT, parse_math=False,
    )  # fmt: skip


def axis_words(ax: Axes, *, x: str = "", y: str = "", small: bool) -> None:
    """Say along the axes what they are."""
    size = 8.5 if small else 9.5
    ax.set_xlabel(x, fontsize=size, color=MUTED, fontfamily=FONT, parse_math=False)
    ax.set_ylabel(y, fontsize=size, color=MUTED, fontfamily=FONT, parse_math=False)


def as_written(labels: Iterable[Text], *, size: float, colour: str = INK) -> None:
    """Keep dollar signs in names from being read as mathematics."""
    for label in labels:
        label.set(fontfamily=FONT, fontsize=size, color=colour, parse_math=False)
