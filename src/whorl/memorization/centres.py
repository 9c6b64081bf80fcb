"""Centres of cells: k-means, ten starts, the best of them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.memorization.workers import in_order

STARTS = 10
_BATCH, _LEAST_BATCHES = 4096, 128


@dataclass(frozen=True, eq=False)
class _Found:
    """What one start came to."""

    inertia: float
    centres: NDArray[np.floating]


def best_centres(
    projected: NDArray[np.float32], cells: int, seeds: Sequence[int], *, mini_batch: bool
) -> NDArray[np.float64]:
    """Return the centres of the start with the lowest sum of squared distances; of equals, of the first.

    Every start has a seed of its own and one thread, so that the number of cores changes nothing.

    Args:
        projected: float32 (N, C).
        cells: how many centres; fewer where there are fewer distinct points.
        seeds: one per start.
        mini_batch: scikit-learn's MiniBatchKMeans (4,096 to 8,191 points a step, at least 128 steps) instead of
            its KMeans.

    Returns:
        float64 (K, C).
    """
    # Imported before the threads start, or their limit on OpenMP would not reach scikit-learn's.
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning

    k = count_distinct(projected, cells)

    def start(seed: int) -> _Found:
        if mini_batch:
            model = _in_batches(MiniBatchKMeans(k, n_init=1, random_state=seed), projected)
            return _Found(-float(model.score(projected)), model.cluster_centers_)
        model = KMeans(k, n_init=1, random_state=seed).fit(projected)
        return _Found(float(model.inertia_), model.cluster_centers_)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = list(in_order(start, seeds))
    best = min(found, key=lambda start: start.inertia)
    return best.centres.astype(np.float64)


def _in_batches(model: Any, projected: NDArray[np.float32]) -> Any:
    """Show a model the points batch by batch: all of them, and as often as it takes to give it enough batches.

    Rows come in the order of the pictures' digests, which is no order: a run of them is a random sample. The
    model's own `fit` draws samples from all rows, and takes time over each draw as if it looked at all of them.
    """
    count, steps = _batches(len(projected), model.n_clusters)
    for number in range(steps):
        turn = number % count
        first, last = (len(projected) * edge // count for edge in (turn, turn + 1))
        model.partial_fit(projected[first:last])
    return model


def rows_shown(n: int, cells: int) -> float:
    """Return how many rows one start of mini-batch k-means is shown, the same row several times counted as often.

    >>> rows_shown(10_000, 10), rows_shown(2_000_000, 10)
    (640000.0, 2000000.0)
    """
    count, steps = _batches(n, cells)
    return steps * n / count


def _batches(n: int, cells: int) -> tuple[int, int]:
    """Return in how many batches n rows are cut, and how many are shown, some of them again."""
    count = max(1, n // max(_BATCH, cells))
    return count, max(count, _LEAST_BATCHES)


def count_distinct(points: NDArray[np.floating], most: int) -> int:
    """Return how many distinct rows there are, or `most` where there are more; the first few mostly tell.

    >>> import numpy as np
    >>> count_distinct(np.array([[1.0], [2.0], [1.0]]), 10), count_distinct(np.arange(99.0)[:, None], 10)
    (2, 10)
    """
    seen = 16 * most
    while True:
        distinct = len(np.unique(points[:seen], axis=0))
        if distinct >= most or seen >= len(points):
            return min(distinct, most)
        seen *= 16
