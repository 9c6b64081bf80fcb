"""The lower tail: more generated pictures very near to training than held-out ones are.

A few copies among many pictures hardly move a mean rank, and copies beside pictures that lie too far away cancel
in it. They do crowd among the very nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

LEVELS = (0.0002, 0.001, 0.003, 0.01, 0.05)
"""Shares of all pictures, the nearest ones, among which the generated are counted."""

_TOP = 0.01


Measure: TypeAlias = Literal["distance", "relative distance"]
MEASURES: tuple[Measure, ...] = ("distance", "relative distance")
"""How nearness is told: by the distance to the nearest training picture, and by that over its spacing."""


@dataclass(frozen=True)
class Crowd:
    """Where the nearest pictures tell most: among so many, so many are of the first set.

    Attributes:
        measure: by which nearness is told.
        nearest: how many pictures were counted, of both sets.
        first: of them, those of the first set (the generated ones).
        surprise: -log10 of the chance of as many or more, before the search is paid for.
    """

    measure: Measure
    nearest: int
    first: int
    surprise: float


class LowerTail:
    """How surprising it is that so many generated pictures are among the nearest, as a function of counts.

    For each measure and level the hypergeometric probability of as many or more, the smallest of all, as -log10.
    The search is paid for by the divisions, which search as well.

    Args:
        measures: of `MEASURES` as many as are given, each float64 (m + n,), small where a picture is near to
            training, generated pictures first.
        generated: m.
        levels: shares of the m + n pictures.
    """

    def __init__(
        self, measures: Sequence[NDArray[np.float64]], generated: int, levels: tuple[float, ...] = LEVELS
    ) -> None:
        total = len(measures[0])
        columns = [_among_nearest(measure, levels) for measure in measures]
        self._measures = [name for name, part in zip(MEASURES, columns, strict=False) for _ in part.T]
        self.features = np.concatenate(columns, axis=1)
        """float64 (m + n, measures x levels): whether a picture is among the nearest."""
        self._nearest = self.features.sum(axis=0).astype(int).tolist()
        self._surprise = [_surprise(total, count, generated) for count in self._nearest]

    def statistic(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for every division the evidence of its lower tail, large where copies are: float64 (1 + B,).

        Args:
            sums: float64 (1 + B, F), of the features over each division's generated pictures.
        """
        counts = np.rint(sums).astype(np.int64)
        columns = [table[counts[:, i]] for i, table in enumerate(self._surprise)]
        return np.asarray(np.max(columns, axis=0))

    def crowd(self, sums: NDArray[np.float64]) -> Crowd:
        """Return where a division's lower tail is most surprising; `sums` (F,) as in `statistic`."""
        counts = np.rint(sums).astype(int).tolist()
        each = [float(table[count]) for table, count in zip(self._surprise, counts, strict=True)]
        best = int(np.argmax(each))
        return Crowd(self._measures[best], self._nearest[best], counts[best], each[best])


def _among_nearest(measure: NDArray[np.float64], levels: tuple[float, ...]) -> NDArray[np.float64]:
    total, ordered = len(measure), np.sort(measure)
    limits = {float(ordered[max(1, round(level * total)) - 1]) for level in levels}
    return (measure[:, None] <= np.array(sorted(limits))).astype(np.float64)


def scaled(tails: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return statistics (1 + B, L) on the scale of p-values, counted for the top 1 % of divisions.

    A tail is a -log10 of probabilities that does not pay for the search over measures and levels.
    """
    top = np.quantile(tails, 1 - _TOP, axis=0, method="inverted_cdf")
    searched = (tails >= top).mean(axis=0)
    return np.asarray(np.minimum(1.0, searched * 10.0 ** (top - tails)))


@lru_cache(maxsize=64)
def _surprise(total: int, near: int, generated: int) -> NDArray[np.float64]:
    """Return -log10 of the chance that k or more of the generated are among the `near`, for every k from 0.

    The terms are summed from the smallest, so that the far tail is exact; SciPy's `logsf` sums anew for each k.
    """
    terms = stats.hypergeom.logpmf(np.arange(min(generated, near) + 1), total, near, generated)
    return np.asarray(-np.logaddexp.accumulate(terms[::-1])[::-1] / np.log(10))
