"""Cells: a partition of an embedding space, fitted on the training points alone."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError

_FULL_SOLVER_WIDTH = 5000


@dataclass(frozen=True)
class Partition:
    """A projection on principal components, and cells around centres in it.

    Attributes:
        mean: float64 (D,), subtracted before projecting.
        components: float64 (C, D), orthonormal rows.
        centres: float64 (K, C), a point belongs to the nearest.
        solver: the principal component solver that was used.
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
        wide = np.asarray(train, dtype=np.float64)
        if not np.ptp(wide, axis=0).any():
            raise ScoreError("this space is constant: every training picture has the same embedding.")
        sequence = np.random.SeedSequence(random_state) if isinstance(random_state, int) else random_state
        seed = int(sequence.generate_state(1)[0])
        pca = _pca(wide, min(*wide.shape, components), seed)
        mean, axes = pca.mean_.astype(np.float64), pca.components_.astype(np.float64)
        projected = _project(wide, mean, axes)
        return cls(
            mean=mean,
            components=axes,
            centres=_centres(projected, cells, seed),
            solver=str(pca.svd_solver),
            explained=float(np.sum(pca.explained_variance_ratio_)),
        )

    @property
    def n_cells(self) -> int:
        """How many cells there are."""
        return len(self.centres)

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """Project points (N, D) on the components: float32 (N, C)."""
        return _project(np.asarray(points, dtype=np.float64), self.mean, self.components)

    def assign(self, projected: NDArray[np.floating]) -> NDArray[np.int32]:
        """Return the nearest centre of each projected point, int32 (N,); ties go to the lower number."""
        points = projected.astype(np.float64)
        distance = ((points[:, None, :] - self.centres[None]) ** 2).sum(-1) if len(points) <= 4096 else None
        if distance is not None:
            return np.asarray(distance.argmin(1), dtype=np.int32)
        parts = [self.assign(projected[start : start + 4096]) for start in range(0, len(projected), 4096)]
        return np.concatenate(parts)


def _pca(wide: NDArray[np.float64], components: int, seed: int) -> Any:
    from sklearn.decomposition import PCA

    n, d = wide.shape
    exact = "covariance_eigh" if n >= d else "full"
    solver = exact if min(n, d) <= _FULL_SOLVER_WIDTH else "randomized"
    return PCA(n_components=components, svd_solver=solver, random_state=seed).fit(wide)


def _project(
    wide: NDArray[np.float64], mean: NDArray[np.float64], components: NDArray[np.float64]
) -> NDArray[np.float32]:
    return np.ascontiguousarray(((wide - mean) @ components.T).astype(np.float32))


def _centres(projected: NDArray[np.float32], cells: int, seed: int) -> NDArray[np.float64]:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    k = min(cells, len(np.unique(projected, axis=0)))
    # Several threads add up the centres in whichever order they finish: one thread, one result.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(k, n_init=10, random_state=seed).fit(projected)
    centres: NDArray[np.float64] = fitted.cluster_centers_.astype(np.float64)
    return centres
