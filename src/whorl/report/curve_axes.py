"""The frame of a C_T-layer curve: its scale, the healthy band, which layers are early and late."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from matplotlib.transforms import blended_transform_factory

from whorl.encoders.contract import Layer
from whorl.memorization.verdict import Verdict
from whorl.report.palette import BAND, FAINT, FINDING_COLOURS, FONT, GRID, INK, LEVEL, MUTED
from whorl.report.text import shorten, signed

# Beyond this a linear axis would press the healthy band flat.
_LINEAR_UP_TO = 10.0
_LINEAR_PART = 3.0
_LEAST_LOG_REACH = 16.0
_LOG_TICKS = (1, 3, 10, 30, 100, 300, 1000, 3000)
_LONGEST_LAYER_NAME = 18


def frame_values(ax: Axes, values: Sequence[float], limit: float, *, small: bool) -> None:
    """Scale the y-axis so that a -27 and a 2 can both be read, with room below and above the band."""
    finite = [float(value) for value in values if math.isfinite(value)] or [0.0]
    lowest, highest = min(*finite, -limit), max(*finite, limit)
    if max(-lowest, highest) > _LINEAR_UP_TO:
        ax.set_yscale("symlog", linthresh=_LINEAR_PART, linscale=0.75)
        low, high = min(2 * lowest, -_LEAST_LOG_REACH), max(2 * highest, _LEAST_LOG_REACH)
        ticks = [sign * tick for tick in _LOG_TICKS for sign in (-1, 1) if low <= sign * tick <= high]
        ax.yaxis.set_major_locator(FixedLocator([*ticks, 0]))
        ax.yaxis.set_minor_locator(NullLocator())
    else:
        low, high = min(1.2 * lowest, -2 * limit), max(1.2 * highest, 2 * limit)
        ax.yaxis.set_major_locator(MaxNLocator(9, steps=[1, 2, 5, 10]))
    ax.set_ylim(low, high)
    ax.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: signed(value, 0 if value == round(value) else 1))
    )
    ax.tick_params(axis="y", labelsize=8.5 if small else 10, labelfontfamily=FONT, labelcolor=MUTED, length=0)
    ax.grid(axis="y", color=GRID, linewidth=0.8)
    ax.set_axisbelow(True)


def frame_layers(ax: Axes, layers: Sequence[Layer], *, small: bool) -> None:
    """Put the layers along the x-axis; long names are set aslant, of too many numbers every other is left."""
    names = [shorten(str(layer), _LONGEST_LAYER_NAME) for layer in layers]
    letters = max(map(len, names)) * len(names)
    room = 42 if small else 100
    numbers = all(isinstance(layer, int) for layer in layers)
    step = math.ceil(1.5 * letters / room) if numbers else 1
    shown = range(0, len(names), step)
    ax.set_xticks(list(shown), labels=[names[i] for i in shown], parse_math=False)
    if letters > room and not numbers:
        for label in ax.get_xticklabels():
            label.set(rotation=35, ha="right", rotation_mode="anchor")
    ax.set_xlim(-0.5, len(names) - 0.5)
    ax.tick_params(
        axis="x", labelsize=8.5 if small else 10, labelfontfamily=FONT, labelcolor=MUTED, color=FAINT
    )
    deep = "layer, from shallow to deep" if len(names) > 1 else "layer"
    ax.set_xlabel(deep, fontsize=9 if small else 10, color=MUTED, fontfamily=FONT, labelpad=5)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(FAINT)


def mark_groups(ax: Axes, verdict: Verdict, *, small: bool) -> None:
    """Tint the early and the late layers, and name them; nothing where the verdict is not split."""
    if not verdict.split:
        return
    places = {layer: place for place, layer in enumerate(verdict.whole.layers)}
    for title, group in (("early layers", verdict.early), ("late layers", verdict.late)):
        left, right = places[group.layers[0]] - 0.5, places[group.layers[-1]] + 0.5
        ax.axvspan(left, right, color=LEVEL, linewidth=0, zorder=0)
        across = ax.get_xaxis_transform()
        ends = (left + 0.06, right - 0.06)
        ax.add_line(Line2D(ends, (1.015, 1.015), transform=across, color=FAINT, linewidth=1.4, clip_on=False))
        ax.annotate(
            title.replace(" ", "\n") if small and right - left < 2 else title,
            ((left + right) / 2, 1.02),
            xycoords=across,
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=8 if small else 9.5,
            color=MUTED,
            fontfamily=FONT,
            linespacing=1.25,
        )


def mark_regions(ax: Axes, limit: float | None, *, small: bool) -> None:
    """Tint the healthy band, draw 0, and name the regions along the left edge.

    Args:
        ax: scaled axes.
        limit: the band's half width; None where no one band holds for what is shown.
        small: for a narrow figure.
    """
    ax.axhline(0, color=MUTED, linewidth=0.9, zorder=1)
    low, high = ax.get_ylim()
    spans = {"copies": (low, 0.0), "under-fits": (0.0, high)}
    if limit is not None:
        ax.axhspan(-limit, limit, color=BAND, linewidth=0, zorder=0.5)
        spans = {"copies": (low, -limit), "healthy": (-limit, limit), "under-fits": (limit, high)}
    to_axes = (ax.transData + ax.transAxes.inverted()).transform
    for (word, span), colour in zip(spans.items(), _region_colours(spans), strict=True):
        middle = float(np.mean([to_axes((0, y))[1] for y in span]))
        ax.annotate(
            word,
            (0, middle),
            xycoords=blended_transform_factory(ax.transAxes, ax.transAxes),
            xytext=(-31 if small else -36, 0),
            textcoords="offset points",
            rotation=90,
            ha="center",
            va="center",
            fontsize=8 if small else 9.5,
            fontweight="bold",
            color=colour,
            fontfamily=FONT,
        )


def name_axes(ax: Axes, what: str, name: str, *, small: bool) -> None:
    """Say above the frame what is drawn, and of whom."""
    pad = 36 if small else 27
    if name:
        title = shorten(name, 30 if small else 60)
        ax.set_title(
            title, loc="left", pad=pad, fontsize=10 if small else 12, fontweight="bold", color=INK,
            fontfamily=FONT, parse_math=False,
        )  # fmt: skip
    where: Literal["left", "right"] = "right" if name and not small else "left"
    if not (name and small):
        ax.set_title(what, loc=where, pad=pad, fontsize=9 if small else 10.5, color=MUTED, fontfamily=FONT)


def _region_colours(spans: dict[str, tuple[float, float]]) -> list[str]:
    return [colour for word, colour in FINDING_COLOURS.items() if word in spans]
