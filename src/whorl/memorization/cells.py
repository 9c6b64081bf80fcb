"""Cells: a partition of an embedding space, fitted on the training points alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.memorization.axes import STREAMED, axes_in_memory, axes_streamed
from whorl.memorization.centres import STARTS, best_centres
from whorl.memorization.rows import Rows, centred
from whorl.memorization.workers import one_thread

_ASSIGN_ROWS = 65_536


@dataclass(frozen=True)
class Partition:
    """A projection on principal components, and cells around centres in it.

    Attributes:
        mean: float64 (D,), subtracted before projecting.
        components: float64 (C, D), orthonormal rows.
        centres: float64 (K, C), a point belongs to the nearest.
        solver: the principal component solver that was used; see `axes.Axes`.
        explained: share of the training variance the components keep.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    centres: NDArray[np.float64]
    solver: str
    explained: float

    @classmethod
    def fit(
        cls,
        train: NDArray[np.floating],
        *,
        components: int = 64,
        cells: int = 10,
        random_state: int | np.random.SeedSequence = 0,
    ) -> Partition:
        """Fit min(N, D, components) principal components, then k-means with ten starts on the projection.

        arXiv 2407.21159's code: PCA to 64, k-means with k = 10, n_init = 10, both on training points only
        (a partition that saw the test points would bias C_T upward).

        Args:
            train: (N, D) finite floats, not all rows equal.
            components: at most so many principal components.
            cells: at most so many cells; fewer where there are fewer distinct points.
            random_state: fixes the k-means starts.

        Raises:
            ScoreError: every training point is the same.
        """
        sequence = np.random.SeedSequence(random_state) if isinstance(random_state, int) else random_state
        return fit_cells(
            Rows.of_array(np.asarray(train)),
            components=components,
            cells=cells,
            sequence=sequence,
            streamed=False,
        ).partition

    @property
    def n_cells(self) -> int:
        """How many cells there are."""
        return len(self.centres)

    @property
    def streamed(self) -> bool:
        """Whether T was read block by block, and the centres found by mini-batch k-means."""
        return self.solver in STREAMED

    @property
    def way(self) -> str:
        """How it was fitted, in words."""
        if self.streamed:
            return f"streamed, past the memory budget: PCA {self.solver}, mini-batch k-means"
        return f"in memory: PCA {self.solver}, k-means"

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Project points (N, D) on the components: float32 (N, C)."""
        parts = (part @ self.components.T for part in centred(points, self.mean))
        return self._filled(len(points), parts)

    def project_rows(self, points: Rows) -> NDArray[np.float32]:
        """Project points (N, D) that are read block by block, several at once: float32 (N, C)."""
        with one_thread():
            return self._filled(points.shape[0], points.map(self.project))

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

    def _filled(self, n: int, blocks: Iterable[NDArray[np.floating]]) -> NDArray[np.float32]:
        projected = np.empty((n, len(self.components)), dtype=np.float32)
        at = 0
        for block in blocks:
            projected[at : at + len(block)] = block
            at += len(block)
        return projected


@dataclass(frozen=True, eq=False)
class FittedCells:
    """A partition and the training points it was fitted on, projected.

    Attributes:
        partition: fitted.
        projected: float32 (N, C).
    """

    partition: Partition
    projected: NDArray[np.float32]


def fit_cells(
    train: Rows, *, components: int, cells: int, sequence: np.random.SeedSequence, streamed: bool
) -> FittedCells:
    """Fit a partition on training points (N, D).

    Args:
        train: not all rows equal.
        components: at most so many principal components.
        cells: at most so many cells.
        sequence: fixes the k-means starts.
        streamed: read T block by block and use mini-batch k-means, instead of holding all of it in memory.

    Raises:
        ScoreError: every training point is the same.
    """
    if not train.varies():
        raise ScoreError("this space is constant: every training picture has the same embedding.")
    seeds = sequence.generate_state(1 + STARTS).tolist()
    kept = min(*train.shape, components)
    with one_thread():
        axes = axes_streamed(train, kept) if streamed else axes_in_memory(train.all(), kept, seeds[0])
        unfinished = Partition(axes.mean, axes.components, np.empty((0, kept)), axes.solver, axes.explained)
        projected = unfinished.project_rows(train)
        centres = best_centres(projected, cells, seeds[1:], mini_batch=streamed)
    return FittedCells(replace(unfinished, centres=centres), projected)
