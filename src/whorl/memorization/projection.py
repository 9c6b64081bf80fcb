"""Principal components: from embeddings to the space in which distances are measured, fitted on T alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.memorization.axes import STREAMED, axes_in_memory, axes_streamed
from whorl.memorization.rows import Rows, centred
from whorl.memorization.workers import one_thread


@dataclass(frozen=True, eq=False)
class Projection:
    """A projection on principal components.

    Attributes:
        mean: float64 (D,), subtracted before projecting.
        components: float64 (C, D), orthonormal rows.
        solver: the principal component solver that was used; see `axes.Axes`.
        explained: share of the training variance the components keep.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    solver: str
    explained: float

    @classmethod
    def fit(cls, train: Rows, *, components: int, seed: int = 0, streamed: bool = False) -> Projection:
        """Fit min(N, D, components) principal components on training points (N, D).

        Args:
            train: not all rows equal.
            components: at most so many.
            seed: decides only where both N and D pass 5000 and T is in memory.
            streamed: read T block by block instead of holding all of it in memory.

        Raises:
            ScoreError: every training point is the same.

        >>> points = np.random.default_rng(0).normal(size=(50, 8))
        >>> Projection.fit(Rows.of_array(points), components=3).project(points).shape
        (50, 3)
        """
        if not train.varies():
            raise ScoreError("this space is constant: every training picture has the same embedding.")
        kept = min(*train.shape, components)
        with one_thread():
            axes = axes_streamed(train, kept) if streamed else axes_in_memory(train.all(), kept, seed)
        return cls(axes.mean, axes.components, axes.solver, axes.explained)

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

    def _filled(self, n: int, blocks: Iterable[NDArray[np.floating]]) -> NDArray[np.float32]:
        projected = np.empty((n, len(self.components)), dtype=np.float32)
        at = 0
        for block in blocks:
            projected[at : at + len(block)] = block
            at += len(block)
        return projected
