"""How curves run from shallow to deep layers, with intervals over pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers: TypeAlias = NDArray[np.float64]
_TAIL = (0.025, 0.975)


def thirds(layers: int) -> tuple[slice, slice]:
    """Return which layers are early and which late: a third at either end, one at least.

    >>> thirds(12)
    (slice(0, 4, None), slice(8, 12, None))
    """
    count = max(1, layers // 3)
    return slice(0, count), slice(layers - count, layers)


def early(curves: Numbers) -> Numbers:
    """Return the mean of the first third of the layers, (...) for (..., L)."""
    return np.asarray(np.nanmean(curves[..., thirds(curves.shape[-1])[0]], axis=-1))


def late(curves: Numbers) -> Numbers:
    """Return the mean of the last third of the layers, (...) for (..., L)."""
    return np.asarray(np.nanmean(curves[..., thirds(curves.shape[-1])[1]], axis=-1))


def rise(curves: Numbers) -> Numbers:
    """Return late less early, (...) for (..., L).

    >>> float(rise(np.arange(12.0)))
    8.0
    """
    return late(curves) - early(curves)


def unevenness(curves: Numbers) -> Numbers:
    """Return the standard deviation over layers, (...) for (..., L): 0 for a flat curve."""
    return np.asarray(np.nanstd(curves, axis=-1))


def order(curves: Numbers) -> Numbers:
    """Return Spearman's correlation of C_T with depth, (...) for (..., L): 1 where every layer lies higher."""
    depth = np.arange(curves.shape[-1])
    flat = curves.reshape(-1, curves.shape[-1])
    found = [_spearman(depth, row) for row in flat]
    return np.asarray(found, np.float64).reshape(curves.shape[:-1])


def over_draws(measure: Callable[[Numbers], Numbers], drawn: Sequence[Numbers]) -> tuple[float, float]:
    """Return the 95 % interval of a measure of several curves' mean, each drawn anew (B, L).

    Args:
        measure: of (..., L).
        drawn: one per set; sets are drawn independently, draw for draw.
    """
    found = measure(np.nanmean(np.stack([np.asarray(each) for each in drawn]), axis=0))
    low, high = np.nanquantile(found, _TAIL)
    return float(low), float(high)


def _spearman(depth: NDArray[np.int_], values: Numbers) -> float:
    kept = np.isfinite(values)
    if kept.sum() < 3 or np.ptp(values[kept]) == 0:
        return float("nan")
    return float(stats.spearmanr(depth[kept], values[kept]).statistic)
