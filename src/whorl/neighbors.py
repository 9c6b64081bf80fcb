"""Exact nearest neighbours by blocked matrix products, on CPU or GPU.

A matrix product finds the few candidates that rounding leaves in question; each candidate's distance is
then computed in float64 from the difference of the two vectors, so near-copies get their true distance
(the expanded form ``|a|^2 + |b|^2 - 2ab`` loses it when the norms are large).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError

if TYPE_CHECKING:
    import torch

Metric: TypeAlias = Literal["euclidean", "abs-cosine"]
METRICS: tuple[Metric, ...] = ("euclidean", "abs-cosine")

_SAFE_EXPONENT = 40
_OUTLIER = 8
_BLOCK_NUMBERS = 16_000_000
"""Numbers in one block of the product: 64 MB in float32."""


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
    _check(queries, train, query_cells, train_cells, metric)
    scale, q, t = 1.0, queries, train
    if metric == "abs-cosine":
        q, t = _unit(queries), _unit(train)
    else:
        scale = _scale(queries, train)
        if scale != 1:
            q, t = (side.astype(np.float64) * scale for side in (queries, train))
    index = np.full(len(q), -1, dtype=np.int64)
    distance = np.full(len(q), np.inf)
    for rows, columns in _groups(len(q), len(t), query_cells, train_cells):
        own = rows if exclude_self else None
        best, squared = _nearest_in_group(q[rows], t[columns], metric, own, columns, device)
        found = best >= 0
        index[rows[found]] = columns[best[found]]
        distance[rows[found]] = squared[found]
    finite = np.isfinite(distance)
    # Of unit vectors, |a -+ b|^2 / 2 = 1 - |cos|, without the cancellation of 1 - |cos| near copies.
    distance[finite] = distance[finite] / 2 if metric == "abs-cosine" else np.sqrt(distance[finite]) / scale
    return Neighbors(index=index, distance=distance)


def _check(
    queries: NDArray[np.floating],
    train: NDArray[np.floating],
    query_cells: NDArray[np.integer] | None,
    train_cells: NDArray[np.integer] | None,
    metric: str,
) -> None:
    if metric not in METRICS:
        raise ScoreError(f"metric must be one of {', '.join(METRICS)}; got {metric!r}.")
    if queries.ndim != 2 or train.ndim != 2 or queries.shape[1] != train.shape[1]:
        raise ScoreError(
            f"expected queries (Q, D) and train (N, D) of equal width; got {queries.shape} and {train.shape}."
        )
    if (query_cells is None) != (train_cells is None):
        raise ScoreError("give cell labels for both queries and train, or for neither.")
    for name, array, cells in (("queries", queries, query_cells), ("train", train, train_cells)):
        if cells is not None and cells.shape != (len(array),):
            raise ScoreError(
                f"expected one cell label per row of {name}: {(len(array),)}; got {cells.shape}."
            )
        if not np.isfinite(array).all():
            rows = np.flatnonzero(~np.isfinite(array).all(axis=1))
            raise ScoreError(f"{len(rows)} rows of {name} hold NaN or infinity, the first is row {rows[0]}.")


def _scale(queries: NDArray[np.floating], train: NDArray[np.floating]) -> float:
    """Return a power of two that keeps squares from overflowing or vanishing; 1 for ordinary numbers."""
    largest = max(float(np.abs(side).max(initial=0)) for side in (queries, train))
    exponent = int(np.frexp(largest)[1])
    return 1.0 if largest == 0 or abs(exponent) < _SAFE_EXPONENT else float(np.ldexp(1.0, -exponent))


def _unit(array: NDArray[np.floating]) -> NDArray[np.float64]:
    wide = array.astype(np.float64)
    largest = np.abs(wide).max(axis=1, keepdims=True, initial=0)
    np.divide(wide, largest, out=wide, where=largest > 0)
    norm = np.linalg.norm(wide, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.divide(wide, norm, out=np.zeros_like(wide), where=norm > 0)
    return unit


def _groups(
    n_queries: int,
    n_train: int,
    query_cells: NDArray[np.integer] | None,
    train_cells: NDArray[np.integer] | None,
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    if query_cells is None or train_cells is None:
        return [(np.arange(n_queries), np.arange(n_train))]
    return [
        (np.flatnonzero(query_cells == cell), np.flatnonzero(train_cells == cell))
        for cell in np.unique(query_cells)
    ]


def _nearest_in_group(
    q: NDArray[np.floating],
    t: NDArray[np.floating],
    metric: Metric,
    own: NDArray[np.int64] | None,
    columns: NDArray[np.int64],
    device: str,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the nearest row of `t` and the exact squared distance to it, per row of `q`."""
    import torch

    best = np.full(len(q), -1, dtype=np.int64)
    squared = np.full(len(q), np.inf)
    if len(t) == 0 or len(q) == 0:
        return best, squared
    # Distances do not change when both sides move; near the origin, rounding is smallest.
    centre = t.mean(axis=0, dtype=np.float64) if metric == "euclidean" else np.zeros(t.shape[1])
    dtype = torch.float32 if q.dtype == t.dtype == np.float32 else torch.float64
    tt = torch.as_tensor(t - centre).to(device=device, dtype=dtype)
    qq = torch.as_tensor(q - centre).to(device=device, dtype=dtype)
    half_norms = None if metric == "abs-cosine" else tt.square().sum(1).div_(2)
    step = max(1, _BLOCK_NUMBERS // len(t))
    for start in range(0, len(q), step):
        block = slice(start, min(start + step, len(q)))
        closeness, slack = _closeness(qq[block], tt, half_norms)
        if own is not None:
            at = np.searchsorted(columns, own[block])
            closeness[torch.arange(len(at)), torch.as_tensor(at)] = -torch.inf
        rows, candidates = _candidates(closeness, slack)
        best[block], squared[block] = _settle(q[block], t, metric, rows, candidates)
    return best, squared


def _closeness(
    q: torch.Tensor, t: torch.Tensor, half_norms: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a (Q, N) matrix that is largest for the nearest, and how far rounding may have moved it.

    The product of two D-vectors errs by at most about D u |q| |t|, u the unit roundoff. The bound is one
    number per query, (Q, 1), while the rows of `t` have norms of one order; with outliers among them it
    is one per pair, (Q, N), or they would make candidates of everything.
    """
    import torch

    product = q @ t.T
    radii, reaches = t.square().sum(1).sqrt(), q.square().sum(1).sqrt()[:, None]
    unit = torch.finfo(q.dtype).eps * (q.shape[1] + 4)
    if radii.max() <= _OUTLIER * radii.median():
        radii = radii.max()[None]
    if half_norms is None:
        return product.abs_(), unit * reaches * radii
    product -= half_norms
    return product, unit * (reaches + radii) * radii


def _candidates(
    closeness: torch.Tensor, slack: torch.Tensor, k: int = 1
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every (row, column) that may be among its row's k nearest once rounding is undone."""
    one_per_row = slack.shape[1] == 1
    lower = closeness if one_per_row else closeness - slack
    least = lower.max(dim=1, keepdim=True).values if k == 1 else lower.topk(k, dim=1).values[:, -1:]
    certain = least - slack if one_per_row else least
    rows, columns = (closeness >= certain - slack).nonzero(as_tuple=True)
    return rows.cpu().numpy(), columns.cpu().numpy()


def _settle(
    q: NDArray[np.floating],
    t: NDArray[np.floating],
    metric: Metric,
    rows: NDArray[np.int64],
    candidates: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pick each row's nearest among its candidates by float64 differences; ties go to the lowest index."""
    squared = np.empty(len(rows))
    step = max(1, _BLOCK_NUMBERS // max(1, t.shape[1]) // 4)
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        a = q[rows[part]].astype(np.float64)
        b = t[candidates[part]].astype(np.float64)
        squared[part] = ((a - b) ** 2).sum(1)
        if metric == "abs-cosine":
            squared[part] = np.minimum(squared[part], ((a + b) ** 2).sum(1))
            zero = ~a.any(1) | ~b.any(1)
            squared[part][zero] = 2.0
    order = np.lexsort((candidates, squared, rows))
    first = np.concatenate(([True], np.diff(rows[order]) > 0))
    winners = order[first]
    return candidates[winners], squared[winners]


@dataclass(frozen=True)
class NearestK:
    """The k nearest training points of each query, from near to far.

    Attributes:
        index: int64 (Q, k), rows of the training points; the lowest row first among equals.
        distance: float64 (Q, k), their exact Euclidean distances.
    """

    index: NDArray[np.int64]
    distance: NDArray[np.float64]


def k_nearest(queries: NDArray[np.floating], train: NDArray[np.floating], *, k: int) -> NearestK:
    """Find each query's k nearest training points by Euclidean distance, exactly.

    Equivalent to ``scipy.spatial.distance.cdist(queries, train).argsort(1, kind="stable")[:, :k]``, without
    the matrix. Of unit vectors, these are the nearest by cosine too.

    Args:
        queries: (Q, D) finite floats.
        train: (N, D) finite floats, N >= k.
        k: how many.

    Raises:
        ScoreError: shapes do not fit, a value is not finite, or there are fewer than k training points.

    >>> k_nearest(np.array([[0.9]]), np.array([[0.0], [2.0], [1.0]]), k=2).index
    array([[2, 0]])
    """
    import torch

    _check(queries, train, None, None, "euclidean")
    if not 1 <= k <= len(train):
        raise ScoreError(f"k must lie between 1 and the {len(train)} training points; got {k}.")
    index = np.empty((len(queries), k), dtype=np.int64)
    squared = np.empty((len(queries), k))
    centre = train.mean(axis=0, dtype=np.float64)
    dtype = torch.float32 if queries.dtype == train.dtype == np.float32 else torch.float64
    qq, tt = (torch.as_tensor(side - centre).to(dtype) for side in (queries, train))
    half_norms = tt.square().sum(1).div_(2)
    step = max(1, _BLOCK_NUMBERS // len(train))
    for start in range(0, len(queries), step):
        block = slice(start, min(start + step, len(queries)))
        closeness, slack = _closeness(qq[block], tt, half_norms)
        index[block], squared[block] = _settle_k(queries[block], train, closeness, slack, k)
    return NearestK(index=index, distance=np.sqrt(squared))


def _settle_k(
    q: NDArray[np.floating], t: NDArray[np.floating], closeness: torch.Tensor, slack: torch.Tensor, k: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Order each row's candidates by float64 differences, then by index, and keep the first k."""
    rows, columns = _candidates(closeness, slack, k)
    exact = ((q[rows].astype(np.float64) - t[columns].astype(np.float64)) ** 2).sum(1)
    order = np.lexsort((columns, exact, rows))
    first = np.searchsorted(rows, np.arange(len(q)))
    chosen = order[first[:, None] + np.arange(k)]
    return columns[chosen], exact[chosen]
