"""The exact distances of candidates, and who wins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.neighbors.scan import RowPairs
from whorl.neighbors.space import Space

_NUMBERS = 4_000_000
"""Numbers that are subtracted at once: 32 MB in float64."""


def exact_squares(space: Space, rows: RowPairs) -> NDArray[np.float64]:
    """Return each candidate's squared distance by float64 differences; of unit vectors for abs-cosine.

    Of unit vectors, |a -+ b|^2 / 2 = 1 - |cos|, without the cancellation of 1 - |cos| near copies; a vector of
    zeros is at distance 1 from all.
    """
    squared = np.empty(len(rows.queries))
    step = max(1, _NUMBERS // max(1, space.train.shape[1]))
    for start in range(0, len(squared), step):
        part = slice(start, start + step)
        a, b = space.queries[rows.queries[part]], space.train[rows.train[part]]
        if space.metric == "euclidean":
            squared[part] = _sum_of_squares(a.astype(np.float64) - b)
            continue
        a, b = _unit(a), _unit(b)
        squared[part] = np.minimum(_sum_of_squares(a - b), _sum_of_squares(a + b))
        squared[part][~a.any(1) | ~b.any(1)] = 2.0
    return squared


def true_distances(space: Space, squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distances, as the user's numbers have them, from `exact_squares`; inf stays."""
    if space.metric == "abs-cosine":
        return squared / 2
    return np.sqrt(squared) / space.scale


def ranked(rows: RowPairs, squared: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order of candidates by query, then distance, then row of the training point."""
    order: NDArray[np.int64] = np.lexsort((rows.train, squared, rows.queries))
    return order


def without_self(rows: RowPairs) -> RowPairs:
    """Drop each query's own row."""
    other = rows.queries != rows.train
    return RowPairs(rows.queries[other], rows.train[other])


def _sum_of_squares(difference: NDArray[np.float64]) -> NDArray[np.float64]:
    squared: NDArray[np.float64] = np.square(difference, out=difference).sum(1)
    return squared


def _unit(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return rows of length 1, whatever their size; rows of zeros stay."""
    wide = points.astype(np.float64)
    largest = np.abs(wide).max(axis=1, keepdims=True, initial=0)
    np.divide(wide, largest, out=wide, where=largest > 0)
    norm = np.linalg.norm(wide, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.divide(wide, norm, out=np.zeros_like(wide), where=norm > 0)
    return unit
