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
        spacing: float64 (n,), see `spacing`.
        neighbourhood: float64 (n,), see `neighbourhood`.
    """

    nearest: NDArray[np.float64]
    spacing: NDArray[np.float64]
    neighbourhood: NDArray[np.float64]


def spacing(
    rows: NDArray[np.int64], train: NDArray[np.float32], metric: Metric = "euclidean"
) -> NDArray[np.float64]:
    """Return how far some training pictures are from the nearest other one, exactly: float64 (n,).

    0 for a picture that T holds twice; inf where T holds no other. Only the wanted ones are searched for, so the
    cost does not grow with the square of T.

    Args:
        rows: int64 (n,), which of T; a picture may be asked for often.
        train: float32 (N, C), T.
        metric: see `whorl.neighbors.nearest`.

    >>> spacing(np.array([2, 0, 2]), np.float32([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]])).tolist()
    [4.0, 1.0, 4.0]
    """
    wanted, each = np.unique(rows, return_inverse=True)
    if len(train) < 2:
        return np.full(len(rows), np.inf)
    # The nearest of a training picture is itself, or one that equals it.
    return np.asarray(k_nearest(train[wanted], train, k=2, metric=metric).distance[each, 1])


def neighbourhood(
    points: NDArray[np.float32], train: NDArray[np.float32], metric: Metric = "euclidean"
) -> NDArray[np.float64]:
    """Return the mean distance of points (n, C) to their 50 nearest of T, or to all if fewer: float64 (n,)."""
    around = k_nearest(points, train, k=min(NEIGHBOURS, len(train)), metric=metric)
    return np.asarray(around.distance.mean(axis=1))
