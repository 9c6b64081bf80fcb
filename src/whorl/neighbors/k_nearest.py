"""Each query's k nearest training points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.neighbors.layout import block_size, one_stretch
from whorl.neighbors.scan import scan
from whorl.neighbors.settle import exact_squares, ranked, true_distances
from whorl.neighbors.space import Metric, space


@dataclass(frozen=True)
class NearestK:
    """The k nearest training points of each query, from near to far.

    Attributes:
        index: int64 (Q, k), rows of the training points; the lowest row first among equals.
        distance: float64 (Q, k), their exact distances.
    """

    index: NDArray[np.int64]
    distance: NDArray[np.float64]


def k_nearest(
    queries: NDArray[np.floating], train: NDArray[np.floating], *, k: int, metric: Metric = "euclidean"
) -> NearestK:
    """Find each query's k nearest training points, exactly.

    Equivalent to ``scipy.spatial.distance.cdist(queries, train).argsort(1, kind="stable")[:, :k]``, without
    the matrix. Of unit vectors, these are the nearest by cosine too.

    Args:
        queries: (Q, D) finite floats.
        train: (N, D) finite floats, N >= k.
        k: how many.
        metric: see `nearest`.

    Raises:
        ScoreError: shapes do not fit, a value is not finite, or there are fewer than k training points.

    >>> k_nearest(np.array([[0.9]]), np.array([[0.0], [2.0], [1.0]]), k=2).index
    array([[2, 0]])
    """
    held = space(queries, train, metric)
    if not 1 <= k <= len(train):
        raise ScoreError(f"k must lie between 1 and the {len(train)} training points; got {k}.")
    if len(queries) == 0:
        return NearestK(np.empty((0, k), np.int64), np.empty((0, k)))
    layout = one_stretch(len(queries), len(train), block_size(train.shape[1]))
    rows = scan(held, layout, k, everywhere=True).everywhere
    squared = exact_squares(held, rows)
    order = ranked(rows, squared)
    first = np.searchsorted(rows.queries[order], np.arange(len(queries)))
    chosen = order[first[:, None] + np.arange(k)]
    return NearestK(index=rows.train[chosen], distance=true_distances(held, squared[chosen]))
