"""How curves run from shallow to deep layers, with intervals over pictures.

Sizes (a spread over layers, a distance) are never below 0, so noise makes them larger. What noise alone adds is
known from the pictures drawn anew, and is taken off: once from a size that was measured, twice from that of a
draw, which has the noise of the set and that of the draw.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]
_TAIL = 0.025


def thirds(layers: int) -> tuple[slice, slice]:
    """Return which layers are early and which late: a third at either end, one at least.

    >>> thirds(12)
    (slice(0, 4, None), slice(8, 12, None))
    """
    count = max(1, layers // 3)
    return slice(0, count), slice(layers - count, layers)


def early(curves: Numbers) -> Numbers:
    """Return the mean of the first third of the layers, (...) for (..., L); NaN where one has no number."""
    return np.asarray(curves[..., thirds(curves.shape[-1])[0]].mean(axis=-1))


def late(curves: Numbers) -> Numbers:
    """Return the mean of the last third of the layers, (...) for (..., L); NaN where one has no number."""
    return np.asarray(curves[..., thirds(curves.shape[-1])[1]].mean(axis=-1))


def rise(curves: Numbers) -> Numbers:
    """Return late less early, (...) for (..., L).

    >>> float(rise(np.arange(12.0)))
    8.0
    """
    return late(curves) - early(curves)


def steps(curves: Numbers) -> Numbers:
    """Return the middle layers less the first third, and the last third less the middle, (..., 2) for (..., L).

    NaN where there are fewer than three layers: none is in the middle.

    >>> steps(np.array([0.0, 0.0, 5.0, 5.0, 3.0, 3.0])).tolist()
    [5.0, -2.0]
    """
    first, last = thirds(curves.shape[-1])
    middle = curves[..., first.stop : last.start]
    between = middle.mean(axis=-1) if middle.shape[-1] else np.full(curves.shape[:-1], np.nan)
    return np.stack([between - early(curves), late(curves) - between], axis=-1)


def last_step(curves: Numbers) -> Numbers:
    """Return the last layer less the one before, (...) for (..., L)."""
    return np.asarray(curves[..., -1] - curves[..., -2])


def peak(curves: Numbers) -> Numbers:
    """Return the depth of the highest value, layer over layers, (...) for (..., L); NaN where a layer has none.

    >>> float(peak(np.array([0.0, 3.0, 1.0, 2.0])))
    0.5
    """
    depth = (np.argmax(curves, axis=-1) + 1) / curves.shape[-1]
    return np.where(np.isfinite(curves).all(axis=-1), depth, np.nan)


def noise(drawn: Numbers) -> Numbers:
    """Return the variance over draws at each layer, (L,) for (B, L): what drawing pictures anew adds."""
    return np.asarray(drawn.var(axis=0, ddof=1))


def unevenness(curves: Numbers, noise_added: Numbers) -> Numbers:
    """Return the spread over layers (standard deviation) without that of noise, (...) for (..., L).

    Args:
        curves: measured, or drawn.
        noise_added: (L,), variance in each layer.
    """
    spread = curves.var(axis=-1, ddof=1) - noise_added.mean()
    return np.asarray(np.sqrt(np.maximum(spread, 0.0)))


def distance(shifts: Numbers, noise_added: Numbers) -> tuple[Numbers, Numbers]:
    """Return how far the first and the last third of the layers lie from 0 (root mean square) without noise.

    Args:
        shifts: (..., L), measured or drawn.
        noise_added: (L,), variance in each layer.
    """
    squares = shifts**2 - noise_added
    return np.sqrt(np.maximum(early(squares), 0.0)), np.sqrt(np.maximum(late(squares), 0.0))


def interval(draws: Numbers, *, tail: float = _TAIL) -> tuple[float, float]:
    """Return the 95 % interval of numbers drawn anew, or another; NaN where a draw has no number."""
    low, high = np.quantile(draws, (tail, 1 - tail)) if len(draws) else (np.nan, np.nan)
    return float(low), float(high)
