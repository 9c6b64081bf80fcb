"""The frame that figures of artifacts share."""

from __future__ import annotations

from matplotlib.axes import Axes

from whorl.report.palette import FAINT, FONT, GRID, MUTED


def frame_lines(ax: Axes, *, small: bool) -> None:
    """Give axes faint horizontal lines behind what is drawn, and no box."""
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(labelsize=8 if small else 9, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)
