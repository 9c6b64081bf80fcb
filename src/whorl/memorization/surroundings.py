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

    Pictures at distance 0 are the same picture once more and do not count: where T holds a picture many times, as
    it does of those that models memorise most, its copies would otherwise have no scale. inf where T holds no
    other. Only the wanted pictures are searched for, so the cost does not grow with the square of T.

    Args:
        rows: int64 (n,), which of T; a picture may be asked for often.
        train: float32 (N, C), T.
        metric: see `whorl.neighbors.nearest`.

    >>> T = np.float32([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [5.0, 0.0]])
    >>> spacing(np.array([2, 0, 2]), T).tolist()
    [4.0, 1.0, 4.0]
    """
    wanted, each = np.unique(rows, return_inverse=True)
    found = np.full(len(wanted), np.inf)
    alone, k = np.arange(len(wanted)), 1
    while len(alone) and k < len(train):
        # The nearest of a training picture is itself, or one that equals it; if more do, look further.
        k = min(2 if k == 1 else 4 * k, len(train))
        near = k_nearest(train[wanted[alone]], train, k=k, metric=metric).distance
        found[alone] = np.where(near > 0, near, np.inf).min(axis=1)
        alone = alone[np.isinf(found[alone])]
    return found[each]


def neighbourhood(
    points: NDArray[np.float32], train: NDArray[np.float32], metric: Metric = "euclidean"
) -> NDArray[np.float64]:
    """Return the mean distance of points (n, C) to their 50 nearest of T, or to all if fewer: float64 (n,)."""
    around = k_nearest(points, train, k=min(NEIGHBOURS, len(train)), metric=metric)
    return np.asarray(around.distance.mean(axis=1))
