"""Which pictures are copies: a p-value for each, a list with few false alarms, and about how many there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from whorl.evidence.tail_share import healthy_share, share_of

FALSE_SHARE = 0.1
"""Of the pictures on the list, at most so many are no copies, on average (false discovery rate)."""
_COUNTED_BELOW = 0.05
_EACH = 0.975


@dataclass(frozen=True)
class CopyCount:
    """How many generated pictures are nearer to training than chance explains.

    Attributes:
        estimate: pictures.
        low, high: at least 95 %, from the exact interval of the share and from that of what a healthy model would
            have below these held-out pictures, each at 97.5 %.
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

    Benjamini and Hochberg (1995). The places are ranks among generated and held-out pictures together, which do
    not change when those are dealt anew, so that the rate holds although all p-values share the held-out pictures
    (Marandon, Lei, Mary, Roquain, Adaptive Novelty Detection with False Discovery Rate Guarantee, 2024). With few
    held-out pictures a list may be empty for want of small p-values: see `least_listed`.

    >>> flagged(np.array([0.001, 0.5, 0.9]))
    array([ True, False, False])
    """
    return np.asarray(stats.false_discovery_control(p, method="bh") <= false_share)


def least_listed(m: int, n: int, false_share: float = FALSE_SHARE) -> int:
    """Return how many of m pictures must be nearer than all n held-out ones before any is listed.

    >>> least_listed(500, 200), least_listed(500, 10_000)
    (25, 1)
    """
    return max(1, math.ceil(m / (false_share * (n + 1))))


def copy_count(p: NDArray[np.float64], n: int) -> CopyCount:
    """Return about how many of m pictures are more than chance puts below 5 %, by their p-values.

    (observed share - expected) / (1 - expected) of the pictures, not below 0: Storey's estimate (2002) at the
    lower end. The expected share is about 5 %, and known as well as n held-out pictures tell it.

    Args:
        p: float64 (m,), see `conformal_p_values`.
        n: how many held-out pictures they come from.

    >>> copy_count(np.full(100, 0.5), 1000).estimate
    0.0
    """
    m, below = len(p), int((p <= _COUNTED_BELOW).sum())
    share, low, high = share_of(below, m, _EACH)
    k = math.floor(_COUNTED_BELOW * (n + 1))
    expected, least, most = healthy_share(k / n, n, _EACH) if k else (0.0, 0.0, 0.0)
    pairs = ((share, expected), (low, most), (high, least))
    return CopyCount(*(m * max(0.0, (found - chance) / (1 - chance)) for found, chance in pairs))
