"""Distance to the closest record (DCR): nearer to training than to held-out pictures?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from whorl.evidence.tail_share import share_of


@dataclass(frozen=True)
class DistanceRatio:
    """Nearest training picture against nearest held-out one. A share above `expected`, a ratio below 1: copies.

    Attributes:
        share: of the generated pictures that are nearer to training than to held-out pictures; ties half.
        low, high: exact 95 % interval.
        expected: of a model that knows neither better: N / (N + n). Were a generated, the N training and the n
            held-out pictures all alike, each of the N + n would be its nearest with the same chance.
        ratio: median of the distance to training over the distance to held-out pictures. Without copies it is 1
            where N = n, and falls below 1 as training outnumbers the held-out pictures. None where most of the
            pictures are held-out ones themselves.
        p_value: one-sided for copying, binomial against `expected`, of this layer alone. It takes T and P
            as given, and so is too small where P is.
    """

    share: float
    low: float
    high: float
    expected: float
    ratio: float | None
    p_value: float


def distance_ratio(
    to_train: NDArray[np.float64], to_held_out: NDArray[np.float64], *, n_train: int, n_held_out: int
) -> DistanceRatio:
    """Compare each picture's distances to the two.

    Platzer and Reutterer, Holdout-Based Empirical Assessment of Mixed-Type Synthetic Data (Frontiers in Big Data
    2021), who draw both sets of one size and expect 1/2; `expected` needs no drawing. It sees no copy that
    was nearer to training anyway, which are most where N is much larger than n.

    Args:
        to_train: float64 (m,), to the nearest training picture.
        to_held_out: float64 (m,), to the nearest held-out picture.
        n_train: N.
        n_held_out: n.

    >>> distance_ratio(np.array([1.0, 2.0]), np.array([2.0, 1.0]), n_train=10, n_held_out=10).share
    0.5
    """
    m = len(to_train)
    nearer = float((to_train < to_held_out).sum() + (to_train == to_held_out).sum() / 2)
    expected = n_train / (n_train + n_held_out)
    _, low, high = share_of(int(nearer), m)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = np.where(to_train == to_held_out, 1.0, to_train / to_held_out)
    median = float(np.median(ratios))
    return DistanceRatio(
        share=nearer / m,
        low=low,
        high=high,
        expected=expected,
        ratio=median if math.isfinite(median) else None,
        p_value=float(stats.binom.sf(int(nearer) - 1, m, expected)),
    )
