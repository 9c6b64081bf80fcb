"""An axis of Frechet distance ratios that can be read near 1 as well as far from it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

_LINEAR_BELOW, _WIDE = 3.0, 30.0
_FEW, _MANY = (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
_MARGIN = 0.05


def scale_ratios(ax: Axes, which: Literal["x", "y"], values: Iterable[float]) -> None:
    """Scale an axis to ratios: linear where the largest is less than three times the smallest, else logarithmic.

    Args:
        ax: drawn or not.
        which: axis.
        values: all that is drawn, above 0; 1, where classes do not differ, is always in sight.
    """
    shown = [1.0, *values]
    low, high = min(shown), max(shown)
    axis, linear = (ax.xaxis if which == "x" else ax.yaxis), high < _LINEAR_BELOW * low
    if linear:
        beside = _MARGIN * (high - low) or _MARGIN
        ends = (low - beside, high + beside)
    else:
        beside = (high / low) ** _MARGIN
        ends = (low / beside, high * beside)
    (ax.set_xscale if which == "x" else ax.set_yscale)("linear" if linear else "log")
    (ax.set_xlim if which == "x" else ax.set_ylim)(*ends)
    axis.set_major_locator(
        MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]) if linear else FixedLocator(_log_ticks(*ends))
    )
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.4g}"))


def _log_ticks(low: float, high: float) -> list[float]:
    """Return the ticks that lie within.

    >>> _log_ticks(0.8, 6.0), _log_ticks(0.9, 60.0)
    ([1.0, 1.5, 2.0, 3.0, 5.0], [1.0, 2.0, 5.0, 10.0, 20.0, 50.0])
    """
    steps = (1.0,) if high > _WIDE**2 * low else _FEW if high > _WIDE * low else _MANY
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]
