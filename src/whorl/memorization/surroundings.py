"""What lies around pictures in T: the nearest picture, how far that is from others, how near many are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.evidence.calibrated_distance import NEIGHBOURS
from whorl.neighbors import Metric, k_nearest


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Distances around each of n pictures.

    Attributes:
        nearest: float64 (n,), to the nearest of all training pictures.
        spacing: float64 (n,), from that training picture to the nearest other one; inf where there is none.
        neighbourhood: float64 (n,), mean distance to the 50 nearest training pictures, or to all if fewer.
    """

    nearest: NDArray[np.float64]
    spacing: NDArray[np.float64]
    neighbourhood: NDArray[np.float64]

    @classmethod
    def of(cls, points: NDArray[np.float32], train: NDArray[np.float32], metric: Metric) -> Surroundings:
        """Look around points (n, C) in T (N, C), exactly.

        >>> T = np.float32([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]])
        >>> Surroundings.of(np.float32([[5.0, 2.0]]), T, "euclidean").spacing
        array([4.])
        """
        around = k_nearest(points, train, k=min(NEIGHBOURS, len(train)), metric=metric)
        rows, each = np.unique(around.index[:, 0], return_inverse=True)
        spacing = np.full(len(rows), np.inf)
        if len(train) > 1:
            # The nearest of a training picture is itself, or one that equals it.
            spacing = k_nearest(train[rows], train, k=2, metric=metric).distance[:, 1]
        return cls(
            nearest=around.distance[:, 0].copy(),
            spacing=spacing[each],
            neighbourhood=around.distance.mean(axis=1),
        )
