"""Random numbers that belong to one picture in one epoch, whichever batch it is in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


def uniforms(
    seed: int, epoch: int, indices: NDArray[np.integer], count: int, *, stream: int
) -> NDArray[np.float64]:
    """Return numbers in [0, 1), shape (len(indices), count), a function of the arguments row by row.

    A generator object per picture would cost more than the augmentation itself; hashing a counter gives the
    same independence, vectorised.

    Args:
        seed: of the run.
        epoch: the pass over the pictures.
        indices: which pictures.
        count: numbers per picture.
        stream: one per use, so that two uses are independent.

    Source: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).

    >>> both = uniforms(0, 3, np.array([5, 9]), 2, stream=0)
    >>> bool((uniforms(0, 3, np.array([9]), 2, stream=0) == both[1]).all())
    True
    """
    state = np.zeros(len(indices), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in (np.uint64(seed), np.uint64(epoch), np.uint64(stream), indices.astype(np.uint64)):
            state = _hash(state + part + _GOLDEN)
        steps = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN
        bits = _hash(state[:, None] + steps)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _hash(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = (x ^ (x >> np.uint64(30))) * _MIX_A
    x = (x ^ (x >> np.uint64(27))) * _MIX_B
    return x ^ (x >> np.uint64(31))
