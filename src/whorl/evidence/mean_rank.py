"""C_T of every division: the mean rank of the generated pictures' distances, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats


@dataclass(frozen=True, eq=False)
class CellDistances:
    """Distances to training within one partition into cells, the generated pictures first.

    Attributes:
        distances: float64 (m + n,); inf in a cell without training pictures.
        cells: integer (m + n,), from 0.
        scored: bool (K,), whether a cell holds training pictures.
    """

    distances: NDArray[np.float64]
    cells: NDArray[np.integer]
    scored: NDArray[np.bool_]


class MeanRank:
    """C_T as a function of sums over the generated pictures, so that many divisions cost one matrix product.

    Args:
        part: distances and cells.
        min_generated: a cell counts when it holds more generated pictures than this.
    """

    def __init__(self, part: CellDistances, *, min_generated: int) -> None:
        k = len(part.scored)
        inside = part.cells[:, None] == np.arange(k)
        ranks = np.zeros(inside.shape)
        for cell in range(k):
            rows = inside[:, cell]
            ranks[rows, cell] = stats.rankdata(part.distances[rows])
        self._sizes, self._scored, self._least = inside.sum(axis=0), part.scored, min_generated
        self.features = np.concatenate([inside, ranks], axis=1)
        """float64 (m + n, 2 K): whether a picture is in each cell, and its rank there."""

    def statistic(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the standardised C_T of every division, NaN where no cell counts; row 0 is that of `whorl.c_t`.

        Args:
            sums: float64 (1 + B, 2 K), of the features over each division's generated pictures.

        Returns:
            float64 (1 + B,).
        """
        m, rank_sums = np.split(sums, 2, axis=1)
        n = self._sizes - m
        used = (m > self._least) & (n > 0) & self._scored
        u = rank_sums - m * (m + 1) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            z = (u - (n * m / 2 - 0.5)) / np.sqrt(n * m * (n + m + 1) / 12)
            weights = np.where(used, n, 0)
            return np.asarray((weights * np.where(used, z, 0)).sum(1) / np.sqrt((weights**2).sum(1)))
