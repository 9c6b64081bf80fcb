"""Which pictures could as well have been the generated ones: random divisions of all that were scored.

Under the null hypothesis a generated picture is one more picture like the held-out ones: every division of the
n + m pictures into n and m is as likely as the true one. What a statistic is worth is told by its values over such
divisions, drawn once and used for every layer, so that the dependence between layers is what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

DIVISIONS = 1999
"""With the true one 2,000: a p-value is at least 0.0005."""
_NUMBERS = 4_000_000


@dataclass(frozen=True)
class Divisions:
    """The true division of all pictures into generated and held-out ones, and random divisions of the same sizes.

    Attributes:
        generated: m; these pictures come first.
        held_out: n.
        count: how many random ones, B.
        seed: fixes them.
    """

    generated: int
    held_out: int
    count: int = DIVISIONS
    seed: int = 0

    def __len__(self) -> int:
        return 1 + self.count

    def chosen(self) -> Iterator[NDArray[np.int64]]:
        """Yield for each division the m pictures that it calls generated; first the truth.

        >>> [len(each) for each in Divisions(2, 3, count=3).chosen()]
        [2, 2, 2, 2]
        """
        total, rng = self.generated + self.held_out, np.random.default_rng(self.seed)
        yield np.arange(self.generated)
        for _ in range(self.count):
            yield rng.choice(total, self.generated, replace=False, shuffle=False)

    def sums(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of each feature over each division's generated pictures, as matrix products.

        Args:
            features: float64 (m + n, F).

        Returns:
            float64 (1 + B, F).

        >>> Divisions(1, 2, count=0).sums(np.array([[1.0], [5.0], [7.0]]))
        array([[1.]])
        """
        result, chosen = np.empty((len(self), features.shape[1])), self.chosen()
        step = max(1, _NUMBERS // len(features))
        for start in range(0, len(self), step):
            part = list(islice(chosen, step))
            called = np.zeros((len(part), len(features)))
            for row, pictures in zip(called, part, strict=True):
                row[pictures] = 1
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
    return np.asarray((len(known) - np.stack(below, axis=1)) / len(known))


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
    array([0.5, 0.5])
    """
    smallest = np.sort(p.min(axis=1))
    return np.asarray(np.searchsorted(smallest, p[0], side="right") / len(p))
