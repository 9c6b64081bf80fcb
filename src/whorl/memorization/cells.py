"""Cells: a partition of the projected space around centres, fitted on the training points alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.memorization.centres import best_centres
from whorl.memorization.workers import one_thread

_ASSIGN_ROWS = 65_536


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells around centres; a point belongs to the nearest.

    Attributes:
        centres: float64 (K, C).
    """

    centres: NDArray[np.float64]

    @classmethod
    def fit(
        cls, projected: NDArray[np.float32], *, cells: int, seeds: Sequence[int], mini_batch: bool = False
    ) -> Cells:
        """Fit k-means on projected training points (N, C), the best of one start per seed.

        arXiv 2407.21159's code: k = 10, n_init = 10, on training points only (a partition that saw the test points
        would bias C_T upward).

        Args:
            projected: float32 (N, C).
            cells: at most so many; fewer where there are fewer distinct points.
            seeds: one per start.
            mini_batch: for more points than k-means has time for.

        >>> points = np.float32([[0.0], [0.1], [5.0], [5.1]])
        >>> Cells.fit(points, cells=2, seeds=[0]).assign(points).tolist() in ([0, 0, 1, 1], [1, 1, 0, 0])
        True
        """
        with one_thread():
            return cls(best_centres(projected, cells, seeds, mini_batch=mini_batch))

    def __len__(self) -> int:
        return len(self.centres)

    def assign(self, projected: NDArray[np.floating]) -> NDArray[np.int32]:
        """Return the nearest centre of each projected point, int32 (N,); ties go to the lower number.

        Distances are those of float64 differences.
        """
        from scipy.spatial.distance import cdist

        cells = np.empty(len(projected), dtype=np.int32)
        for start in range(0, len(projected), _ASSIGN_ROWS):
            part = slice(start, start + _ASSIGN_ROWS)
            cells[part] = cdist(projected[part], self.centres, "sqeuclidean").argmin(axis=1)
        return cells
