"""The frame of a figure of plain lines: a title, a faint grid, no box."""

from __future__ import annotations

from matplotlib.axes import Axes

from whorl.report.palette import FAINT, FONT, GRID, INK, MUTED


def frame_plain(ax: Axes, *, title: str, x: str) -> None:
    """Give axes a title on the left, a name along x, and horizontal grid lines behind the curves."""
    ax.set_title(title, loc="left", fontsize=11, fontfamily=FONT, color=INK)
    ax.set_xlabel(x, color=MUTED, fontfamily=FONT)
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(labelcolor=MUTED, color=FAINT)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)
