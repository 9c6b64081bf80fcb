"""Each query's nearest training point: of its own cell, of all cells, or both in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.neighbors.layout import Layout, block_size, by_cell, one_stretch
from whorl.neighbors.scan import Found, RowPairs, scan
from whorl.neighbors.settle import exact_squares, ranked, true_distances, without_self
from whorl.neighbors.space import Metric, Space, check_cells, space


@dataclass(frozen=True)
class Neighbors:
    """The nearest training point of each query.

    Attributes:
        index: int64 (Q,), row of the nearest training point; the lowest row among equals; -1 where the
            query's cell holds no training point.
        distance: float64 (Q,), its exact distance (euclidean, or 1 - |cos| for abs-cosine); inf with -1.
    """

    index: NDArray[np.int64]
    distance: NDArray[np.float64]


@dataclass(frozen=True)
class NeighborsByScope:
    """The nearest training point of each query, twice.

    Attributes:
        cell: within the query's own cell.
        everywhere: of all training points.
    """

    cell: Neighbors
    everywhere: Neighbors


def nearest(
    queries: NDArray[np.floating],
    train: NDArray[np.floating],
    *,
    query_cells: NDArray[np.integer] | None = None,
    train_cells: NDArray[np.integer] | None = None,
    metric: Metric = "euclidean",
    exclude_self: bool = False,
    device: str = "cpu",
) -> Neighbors:
    """Find each query's nearest training point, exactly; with cells, only within its own cell.

    Equivalent to ``scipy.spatial.distance.cdist(queries, train).argmin(1)``, without the matrix.

    Args:
        queries: (Q, D) finite floats.
        train: (N, D) finite floats.
        query_cells: integer labels (Q,); give both kinds of labels, or neither.
        train_cells: integer labels (N,).
        metric: ``"euclidean"``, or ``"abs-cosine"`` (1 - |cos|, a zero vector being at distance 1 from all).
        exclude_self: `queries` are the rows of `train` themselves; row i is not its own neighbour.
        device: the torch device of the matrix products.

    Raises:
        ScoreError: shapes do not fit, or a value is not finite.

    >>> import numpy as np
    >>> found = nearest(np.array([[0.9, 0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]]))
    >>> int(found.index[0]), round(float(found.distance[0]), 3)
    (1, 0.1)
    """
    if (query_cells is None) != (train_cells is None):
        raise ScoreError("give cell labels for both queries and train, or for neither.")
    held, block = space(queries, train, metric, device), block_size(train.shape[1])
    if query_cells is None or train_cells is None:
        layout = one_stretch(len(queries), len(train), block)
        return _settle(held, _scan(held, layout, exclude_self, everywhere=True).everywhere, exclude_self)
    check_cells(queries, train, query_cells, train_cells)
    layout = by_cell(query_cells, train_cells, block)
    return _settle(held, _scan(held, layout, exclude_self, cell=True).cell, exclude_self)


def nearest_by_scope(
    queries: NDArray[np.floating],
    train: NDArray[np.floating],
    *,
    query_cells: NDArray[np.integer],
    train_cells: NDArray[np.integer],
    metric: Metric = "euclidean",
    device: str = "cpu",
) -> NeighborsByScope:
    """Find each query's nearest training point within its cell, and of all, in one pass over `train`.

    Args:
        queries: (Q, D) finite floats.
        train: (N, D) finite floats.
        query_cells: integer labels (Q,).
        train_cells: integer labels (N,).
        metric: see `nearest`.
        device: the torch device of the matrix products.

    Raises:
        ScoreError: shapes do not fit, or a value is not finite.

    >>> T, cells = np.array([[0.0], [1.0]]), np.array([0, 1])
    >>> found = nearest_by_scope(np.array([[0.9]]), T, query_cells=np.array([0]), train_cells=cells)
    >>> int(found.cell.index[0]), int(found.everywhere.index[0])
    (0, 1)
    """
    held = space(queries, train, metric, device)
    check_cells(queries, train, query_cells, train_cells)
    layout = by_cell(query_cells, train_cells, block_size(train.shape[1]))
    found = _scan(held, layout, exclude_self=False, cell=True, everywhere=True)
    return NeighborsByScope(
        cell=_settle(held, found.cell, exclude_self=False),
        everywhere=_settle(held, found.everywhere, exclude_self=False),
    )


def _scan(held: Space, layout: Layout, exclude_self: bool, **scopes: bool) -> Found:
    if len(held.queries) == 0 or len(held.train) == 0:
        nothing = RowPairs(np.empty(0, np.int64), np.empty(0, np.int64))
        return Found(nothing, nothing)
    # The point itself is always found, so the one after it is wanted too.
    return scan(held, layout, 2 if exclude_self else 1, **scopes)


def _settle(held: Space, rows: RowPairs, exclude_self: bool) -> Neighbors:
    if exclude_self:
        rows = without_self(rows)
    index = np.full(len(held.queries), -1, dtype=np.int64)
    distance = np.full(len(held.queries), np.inf)
    squared = exact_squares(held, rows)
    order = ranked(rows, squared)
    sought = rows.queries[order]
    winners = order[np.diff(sought, prepend=-1) > 0]
    index[rows.queries[winners]] = rows.train[winners]
    distance[rows.queries[winners]] = true_distances(held, squared[winners])
    return Neighbors(index=index, distance=distance)
