"""Which pictures could as well have been the generated ones: random divisions of all that were scored.

Under the null hypothesis a generated picture is one more picture like the held-out ones: every division of the
n + m pictures into n and m is as likely as the true one. What a statistic is worth is told by its values over such
divisions, drawn once and used for every layer, so that the dependence between layers is what it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIVISIONS = 1999
"""With the true one 2,000: a p-value is at least 0.0005."""
_NUMBERS = 4_000_000


@dataclass(frozen=True, eq=False)
class Divisions:
    """The true division and random ones.

    Attributes:
        total: pictures in all, n + m; the m generated ones come first.
        chosen: int32 (1 + B, m), which are called generated; row 0 is the truth.
    """

    total: int
    chosen: NDArray[np.int32]

    @classmethod
    def draw(cls, generated: int, held_out: int, *, count: int = DIVISIONS, seed: int = 0) -> Divisions:
        """Draw divisions of `generated` + `held_out` pictures, each equally likely.

        >>> Divisions.draw(2, 3, count=4).chosen.shape
        (5, 2)
        """
        total = generated + held_out
        rng = np.random.default_rng(seed)
        rows = [np.arange(generated)]
        rows += [rng.choice(total, generated, replace=False, shuffle=False) for _ in range(count)]
        return cls(total, np.stack(rows).astype(np.int32))

    def sums(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of each feature over each division's generated pictures, as one matrix product.

        Args:
            features: float64 (n + m, F).

        Returns:
            float64 (1 + B, F).

        >>> Divisions(3, np.array([[0], [2]], np.int32)).sums(np.array([[1.0], [5.0], [7.0]]))
        array([[1.],
               [7.]])
        """
        result = np.empty((len(self.chosen), features.shape[1]))
        step = max(1, _NUMBERS // self.total)
        for start in range(0, len(result), step):
            part = self.chosen[start : start + step]
            called = np.zeros((len(part), self.total))
            np.put_along_axis(called, part, 1, axis=1)
            np.matmul(called, features, out=result[start : start + step])
        return result


def p_values(statistics: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how large each is among all: the share of its column that is at least as large.

    Args:
        statistics: (1 + B, K), large values speak against the null; row 0 is the truth. NaN speaks for it.

    Returns:
        float64 (1 + B, K): for row 0, valid p-values.

    >>> p_values(np.array([[3.0], [1.0], [2.0], [3.0]]))[:, 0]
    array([0.5 , 1.  , 0.75, 0.5 ])
    """
    known = np.where(np.isnan(statistics), -np.inf, statistics)
    ordered = np.sort(known, axis=0)
    columns = range(known.shape[1])
    below = [np.searchsorted(ordered[:, column], known[:, column], side="left") for column in columns]
    return np.asarray(1 - np.stack(below, axis=1) / len(known))


def adjusted(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p-values for a whole family, the smallest of a division being compared with its like.

    The chance that any of the family is as small as this one when there is nothing to be found. Dependence is
    accounted for, because each division has all its statistics from the same pictures. Westfall and Young,
    Resampling-Based Multiple Testing (1993), section 2.3: single-step minP.

    Args:
        p: (1 + B, K), as `p_values` gives.

    Returns:
        float64 (K,), of the true division.

    >>> adjusted(np.array([[0.25, 0.5], [0.5, 0.25], [0.75, 0.75], [1.0, 1.0]]))
    array([0.5 , 0.75])
    """
    smallest = np.sort(p.min(axis=1))
    return np.asarray(np.searchsorted(smallest, p[0], side="right") / len(p))
