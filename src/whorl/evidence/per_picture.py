"""Which pictures are copies: a p-value for each, a list with few false alarms, and about how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FALSE_SHARE = 0.1
"""Of the pictures on the list, at most so many are no copies, on average (false discovery rate)."""
_COUNTED_BELOW = 0.05
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class CopyCount:
    """How many generated pictures are nearer to training than chance explains.

    Attributes:
        estimate: pictures.
        low, high: 95 % interval, from the exact binomial interval of the share.
    """

    estimate: float
    low: float
    high: float


def conformal_p_values(
    generated: Sequence[NDArray[np.float64]], held_out: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return for each generated picture the chance that a held-out one is as near to training, by any measure.

    By each measure (a layer's distances, say), a picture's place among all, generated and held-out; the smallest
    over the measures; then the place of that among the smallest of the held-out pictures, which pays for choosing.
    For a picture that is exchangeable with the held-out ones, P(p <= a) <= a for every a (Vovk, Gammerman,
    Shafer, Algorithmic Learning in a Random World, 2005; Bates et al., Testing for outliers with conformal
    p-values, 2023).

    Args:
        generated: per measure float64 (m,), small where a picture is near to training.
        held_out: per measure float64 (n,).

    Returns:
        float64 (m,), at least 1 / (n + 1).

    >>> conformal_p_values([np.array([0.0, 2.5])], [np.array([1.0, 2.0, 3.0])])
    array([0.25, 0.75])
    """
    m, n = len(generated[0]), len(held_out[0])
    place = np.full(m + n, m + n)
    for found, test in zip(generated, held_out, strict=True):
        together = np.concatenate([found, test])
        place = np.minimum(place, np.searchsorted(np.sort(together), together, side="right"))
    return np.asarray((1 + np.searchsorted(np.sort(place[m:]), place[:m], side="right")) / (n + 1))


def flagged(p: NDArray[np.float64], false_share: float = FALSE_SHARE) -> NDArray[np.bool_]:
    """Return which pictures are on the list whose false discovery rate is at most `false_share`.

    Benjamini and Hochberg (1995); conformal p-values of one calibration set depend on each other in the way that
    it allows (Bates et al. 2023, theorem 2).

    >>> flagged(np.array([0.001, 0.5, 0.9]))
    array([ True, False, False])
    """
    return np.asarray(stats.false_discovery_control(p, method="bh") <= false_share)


def copy_count(p: NDArray[np.float64]) -> CopyCount:
    """Return about how many of m pictures are more than chance puts below 5 %, by their p-values.

    (observed share - 0.05) / (1 - 0.05) of the pictures, not below 0: Storey's estimate (2002) at the lower end.

    >>> copy_count(np.full(100, 0.5)).estimate
    0.0
    """
    m, below = len(p), int((p <= _COUNTED_BELOW).sum())
    interval = stats.binomtest(below, m).proportion_ci(_CONFIDENCE)
    low, share, high = (
        m * max(0.0, (value - _COUNTED_BELOW) / (1 - _COUNTED_BELOW))
        for value in (interval.low, below / m, interval.high)
    )
    return CopyCount(share, low, high)
