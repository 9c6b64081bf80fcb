"""The space in which neighbours are looked for: checked, and brought near the origin."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError

if TYPE_CHECKING:
    import torch

Metric: TypeAlias = Literal["euclidean", "abs-cosine"]
METRICS: tuple[Metric, ...] = ("euclidean", "abs-cosine")

_SAFE_EXPONENT = 40
_MIDDLE_ROWS = 256


@dataclass(frozen=True)
class ReadyPoints:
    """Points made ready for a product: `queries @ train.T` is largest for the nearest (by size, for abs-cosine).

    Attributes:
        vectors: float32 or float64 (N, C), C = D + 1 for euclidean, D for abs-cosine.
        radii: (N,), their lengths and a little more, which bound what rounding may do to a product.
    """

    vectors: torch.Tensor
    radii: torch.Tensor


@dataclass(frozen=True)
class Memory:
    """Memory that is used again and again.

    Attributes:
        gathered: (n, D), for rows picked out of the training points.
        vectors: (n, D + 1), for what is made of them.
    """

    gathered: torch.Tensor
    vectors: torch.Tensor


@dataclass(frozen=True, eq=False)
class Space:
    """Queries (Q, D) and training points (N, D), and how a product of the two is made to tell distances.

    Attributes:
        queries: as given, or scaled by a power of two where squares would overflow or vanish.
        train: likewise.
        metric: which.
        scale: that power of two.
        centre: (D,), subtracted from both before a product. Distances do not change when both sides move,
            and near the origin rounding is smallest.
        device: where products are computed.
        single: float32 products; float64 otherwise.
    """

    queries: NDArray[np.floating]
    train: NDArray[np.floating]
    metric: Metric
    scale: float
    centre: NDArray[np.floating]
    device: str
    single: bool

    @property
    def unit(self) -> float:
        """How far rounding may move a product, relative to the lengths of its two sides.

        A product of two D-vectors errs by at most about D u |q| |t|, u the unit roundoff; preparing adds a few u.
        """
        import torch

        return float(torch.finfo(self._dtype).eps * (self.queries.shape[1] + 6))

    @property
    def least(self) -> float:
        """How far a product may be moved at least: numbers below the smallest normal one are lost."""
        import torch

        return float(torch.finfo(self._dtype).tiny * 4 * (self.queries.shape[1] + 6))

    def prepare_queries(self, rows: NDArray[np.int64]) -> ReadyPoints:
        """Prepare some queries; their last column, for euclidean, is 1."""
        return self._prepare(_view(self.queries)[_view(rows)], last=None)

    def prepare_train(self, rows: slice | NDArray[np.int64], memory: Memory | None = None) -> ReadyPoints:
        """Prepare some training points; their last column, for euclidean, is -|t|^2 / 2. Row -1 is no point.

        With `memory`, the result lies in it until the next call.
        """
        if isinstance(rows, slice):
            return self._prepare(self._train[rows], last=-0.5, memory=memory)
        import torch

        present, absent = _view(rows.clip(min=0)), np.flatnonzero(rows < 0)
        out = None if memory is None else memory.gathered[: len(rows)]
        prepared = self._prepare(
            torch.index_select(self._train, 0, present, out=out), last=-0.5, memory=memory
        )
        if len(absent):
            prepared.vectors[absent] = 0
            prepared.radii[absent] = 0
            if self.metric == "euclidean":
                prepared.vectors[absent, -1] = -float("inf")
        return prepared

    def memory(self, n_train: int) -> Memory:
        """Return memory for `n_train` training points at a time: fresh memory is slow at first use."""
        import torch

        width = self.train.shape[1]
        vectors = torch.empty((n_train, width + 1), dtype=self._dtype, device=self.device)
        return Memory(torch.empty((n_train, width), dtype=self._train.dtype), vectors)

    @property
    def _dtype(self) -> torch.dtype:
        import torch

        return torch.float32 if self.single else torch.float64

    @cached_property
    def _train(self) -> torch.Tensor:
        return _view(self.train)

    def _prepare(
        self, points: torch.Tensor, *, last: float | None, memory: Memory | None = None
    ) -> ReadyPoints:
        import torch

        here = points.to(dtype=self._dtype, device=self.device)
        if self.metric == "abs-cosine":
            unit = _unit(here)
            return ReadyPoints(unit, torch.linalg.vector_norm(unit, dim=1))
        n, d = points.shape
        vectors = here.new_empty((n, d + 1)) if memory is None else memory.vectors[:n]
        moved = torch.sub(here, self._centre, out=vectors[:, :d])
        radii = torch.linalg.vector_norm(moved, dim=1)
        vectors[:, d] = 1 if last is None else radii.square() * last
        return ReadyPoints(vectors, radii.add_(self.least**0.5))

    @cached_property
    def _centre(self) -> torch.Tensor:
        return _view(self.centre).to(self.device)


def space(
    queries: NDArray[np.floating], train: NDArray[np.floating], metric: Metric, device: str = "cpu"
) -> Space:
    """Check both sides and choose scale and centre.

    Raises:
        ScoreError: shapes do not fit, an unknown metric, or a value that is not finite.
    """
    if metric not in METRICS:
        raise ScoreError(f"metric must be one of {', '.join(METRICS)}; got {metric!r}.")
    if queries.ndim != 2 or train.ndim != 2 or queries.shape[1] != train.shape[1] or not train.shape[1]:
        raise ScoreError(
            f"expected queries (Q, D) and train (N, D) of equal width, D at least 1; got {queries.shape} and "
            f"{train.shape}."
        )
    queries, train = _plain(queries), _plain(train)
    largest = max(_largest("queries", queries), _largest("train", train))
    single = queries.dtype == train.dtype == np.float32
    scale = 1.0 if metric == "abs-cosine" else _scale(largest)
    if scale != 1:
        queries, train = (side.astype(np.float64) * scale for side in (queries, train))
        single = False
    narrow = np.float32 if single else np.float64
    centre: NDArray[np.floating] = np.zeros(train.shape[1], narrow)
    if metric == "euclidean" and len(train):
        # Any point serves; the middle of some rows is quick to find, and no outlier moves it.
        middle = train[:: -(-len(train) // _MIDDLE_ROWS)]
        centre = np.asarray(np.median(middle, axis=0), dtype=narrow)
    return Space(queries, train, metric, scale, centre, device, single)


def check_cells(
    queries: NDArray[np.floating],
    train: NDArray[np.floating],
    query_cells: NDArray[np.integer],
    train_cells: NDArray[np.integer],
) -> None:
    """Refuse labels that do not fit the points.

    Raises:
        ScoreError: not one label per row.
    """
    for name, array, cells in (("queries", queries, query_cells), ("train", train, train_cells)):
        if cells.shape != (len(array),):
            raise ScoreError(
                f"expected one cell label per row of {name}: {(len(array),)}; got {cells.shape}."
            )


def _plain(array: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the array as torch can view it: in this machine's byte order, no axis running backwards."""
    if array.dtype.isnative and all(stride >= 0 for stride in array.strides):
        return array
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))


def _largest(name: str, array: NDArray[np.floating]) -> float:
    """Return the largest absolute value; NaN and infinity come through both extremes."""
    if array.size == 0:
        return 0.0
    least, most = (float(extreme) for extreme in _view(array).aminmax())
    if not np.isfinite((least, most)).all():
        rows = np.flatnonzero(~np.isfinite(array).all(axis=1))
        raise ScoreError(f"{len(rows)} rows of {name} hold NaN or infinity, the first is row {rows[0]}.")
    return max(abs(least), abs(most))


def _view(array: NDArray[np.generic]) -> torch.Tensor:
    """Return the array as a tensor that shares its memory; it is only read, so it may be read-only."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return torch.from_numpy(array)


def _unit(points: torch.Tensor) -> torch.Tensor:
    largest = points.abs().amax(1, keepdim=True)
    points = points / largest.where(largest > 0, 1)
    norm = points.square().sum(1, keepdim=True).sqrt_()
    return points / norm.where(norm > 0, 1)


def _scale(largest: float) -> float:
    """Return a power of two that keeps squares from overflowing or vanishing; 1 for ordinary numbers."""
    exponent = int(np.frexp(largest)[1])
    return 1.0 if largest == 0 or abs(exponent) < _SAFE_EXPONENT else float(np.ldexp(1.0, -exponent))
