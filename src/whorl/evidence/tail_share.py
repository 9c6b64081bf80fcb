"""How many of a set lie below a quantile of the held-out pictures' values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

_CONFIDENCE = 0.95


@dataclass(frozen=True)
class TailShare:
    """Generated pictures whose value is at most a quantile of the held-out pictures' values.

    Attributes:
        level: which quantile.
        share: found.
        low, high: exact 95 % interval of the model's share, these held-out pictures given (Clopper and Pearson).
        expected: the share to expect of a healthy model, k / (n + 1) for the k-th smallest of n held-out values;
            about `level`, and more where n is small.
        expected_low, expected_high: where a healthy model's share lies with 95 %, the held-out pictures being one
            sample of many: Beta(k, n + 1 - k).
    """

    level: float
    share: float
    low: float
    high: float
    expected: float
    expected_low: float
    expected_high: float

    @classmethod
    def of(cls, generated: NDArray[np.float64], held_out: NDArray[np.float64], level: float) -> TailShare:
        """Count generated values (m,) against the quantile of held-out values (n,).

        >>> share = TailShare.of(np.array([0.0, 5.0]), np.arange(99.0), 0.01)
        >>> share.share, share.expected
        (0.5, 0.01)
        """
        n = len(held_out)
        limit = np.quantile(held_out, level, method="inverted_cdf")
        found = share_of(int((generated <= limit).sum()), len(generated))
        return cls(level, *found, *healthy_share(level, n))


def healthy_share(level: float, n: int, confidence: float = _CONFIDENCE) -> tuple[float, float, float]:
    """Return the share of healthy pictures below the `level` quantile of n held-out ones: mean and interval.

    >>> [round(value, 3) for value in healthy_share(0.05, 1000)]
    [0.05, 0.037, 0.064]
    """
    k = max(1, math.ceil(level * n - 1e-9))
    low, high = stats.beta.interval(confidence, k, n + 1 - k)
    return k / (n + 1), float(low), float(high)


def share_of(count: int, of: int, confidence: float = _CONFIDENCE) -> tuple[float, float, float]:
    """Return a share with its exact interval.

    >>> [round(value, 3) for value in share_of(5, 100)]
    [0.05, 0.016, 0.113]
    """
    interval = stats.binomtest(count, of).proportion_ci(confidence)
    return count / of, float(interval.low), float(interval.high)
