"""Cells of colour: shares or distances between names."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from whorl.report.palette import FAINT, INK

# White to a dark blue through one hue: reads the same in grey.
SHADES = LinearSegmentedColormap.from_list("whorl", ("#ffffff", "#b9d6ea", "#4f93c4", "#0b4f86"))
_MISSING = "#d5d9df"
_MOST_VECTOR = 1600
_DARK = 0.55


def draw_cells(ax: Axes, values: NDArray[np.float64], *, highest: float) -> QuadMesh:
    """Draw (R, C) numbers from 0 to `highest`, the first row at the top; NaN is grey."""
    shades = SHADES.with_extremes(bad=_MISSING)
    rows, columns = values.shape
    mesh = ax.pcolormesh(
        np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, np.ma.masked_invalid(values), cmap=shades,
        vmin=0.0, vmax=highest or 1.0, edgecolors="face", linewidth=0.3, rasterized=values.size > _MOST_VECTOR,
    )  # fmt: skip
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_color(FAINT)
    return mesh


def frame_cells(ax: Axes, first: int, last: int, *, colour: str = INK, width: float = 1.2) -> None:
    """Frame the square of cells from `first` to `last` on the diagonal."""
    side = last - first + 1
    ax.add_patch(
        Rectangle(
            (first - 0.5, first - 0.5),
            side,
            side,
            fill=False,
            edgecolor=colour,
            linewidth=width,
            zorder=4,
            clip_on=False,
        )
    )


def ink_on(share: float) -> str:
    """Return the colour of letters on a cell whose value is this share of the highest."""
    return "white" if share > _DARK else INK
