"""How many of a set lie below a quantile of the held-out pictures' values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats


@dataclass(frozen=True)
class TailShare:
    """Generated pictures whose value is at most a quantile of the held-out pictures' values.

    Attributes:
        level: which quantile, and the share to expect of a healthy model.
        share: found.
        low, high: exact 95 % interval (Clopper and Pearson).
    """

    level: float
    share: float
    low: float
    high: float

    @classmethod
    def of(cls, generated: NDArray[np.float64], held_out: NDArray[np.float64], level: float) -> TailShare:
        """Count generated values (m,) against the quantile of held-out values (n,).

        >>> TailShare.of(np.array([0.0, 5.0]), np.arange(100.0), 0.01).share
        0.5
        """
        limit = np.quantile(held_out, level, method="inverted_cdf")
        return cls(level, *share_of(int((generated <= limit).sum()), len(generated)))


def share_of(count: int, of: int) -> tuple[float, float, float]:
    """Return a share with its exact 95 % interval.

    >>> [round(value, 3) for value in share_of(5, 100)]
    [0.05, 0.016, 0.113]
    """
    interval = stats.binomtest(count, of).proportion_ci(0.95)
    return count / of, float(interval.low), float(interval.high)
