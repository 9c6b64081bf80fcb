"""Principal components of T: scikit-learn's while T fits in memory, a covariance summed over blocks past that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.memorization.rows import Rows, centred

_WIDEST_COVARIANCE = 5000
COVARIANCE_STREAMED, INCREMENTAL = "covariance_streamed", "incremental"
STREAMED = (COVARIANCE_STREAMED, INCREMENTAL)


@dataclass(frozen=True, eq=False)
class Axes:
    """Principal components of N points.

    Attributes:
        mean: float64 (D,).
        components: float64 (C, D), orthonormal rows, the largest variance first; each row's largest number
            in absolute value is positive.
        solver: how they were found: "covariance_eigh", "full" or "randomized" (scikit-learn's PCA, in memory),
            "covariance_streamed", or "incremental" (scikit-learn's IncrementalPCA, an approximation).
        explained: share of the variance they keep.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    solver: str
    explained: float


def axes_in_memory(points: NDArray[np.floating], components: int, seed: int) -> Axes:
    """Find principal components of points (N, D) with scikit-learn, in float64.

    Args:
        points: finite.
        components: how many; at most min(N, D).
        seed: decides only where both N and D pass 5000 and the solver is the randomized one.
    """
    from sklearn.decomposition import PCA

    n, d = points.shape
    exact = "covariance_eigh" if n >= d else "full"
    solver = exact if min(n, d) <= _WIDEST_COVARIANCE else "randomized"
    wide = np.array(points, dtype=np.float64)  # a copy, which the solver may then overwrite
    return _of_sklearn(PCA(components, svd_solver=solver, random_state=seed, copy=False).fit(wide), solver)


def axes_streamed(points: Rows, components: int) -> Axes:
    """Find principal components of points that do not fit in memory.

    Up to 5000 columns: the covariance, summed in float64 over blocks, and its leading eigenvectors. It is the
    covariance of all points, so this is no approximation. Past that the covariance itself is too large, and
    scikit-learn's IncrementalPCA approximates.

    Args:
        points: (N, D), finite.
        components: how many; at most min(N, D).
    """
    if points.shape[1] > _WIDEST_COVARIANCE:
        return _incremental(points, components)
    from scipy.linalg import eigh

    mean, covariance = _covariance(points)
    d = len(mean)
    whole = float(np.trace(covariance))
    values, vectors = eigh(
        covariance, subset_by_index=[d - components, d - 1], overwrite_a=True, check_finite=False
    )
    axes = np.ascontiguousarray(vectors.T[::-1])
    axes *= np.sign(axes[np.arange(components), np.abs(axes).argmax(axis=1)])[:, None]
    explained = float(np.clip(values, 0, None).sum()) / whole
    return Axes(mean, axes, COVARIANCE_STREAMED, min(1.0, explained))


def _covariance(points: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean (D,) and covariance (D, D) in one pass.

    Sums of squares lose their figures where the mean is large beside the spread: the mean of the first block
    is taken off beforehand, and what little then remains of the mean is corrected for.
    """
    n, d = points.shape
    shift = points.read(*points.blocks()[0]).mean(axis=0, dtype=np.float64)
    total, scatter = np.zeros(d), np.zeros((d, d))

    def sums(block: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        block_total, block_scatter = np.zeros(d), np.zeros((d, d))
        for part in centred(block, shift, least=d // 2):  # or adding (D, D) would outweigh making it
            block_total += part.sum(axis=0)
            block_scatter += part.T @ part
        return block_total, block_scatter

    for part_total, part_scatter in points.map(sums, result_bytes=16 * d * d):
        total += part_total
        scatter += part_scatter
    rest = total / n
    scatter -= n * np.outer(rest, rest)
    scatter /= n - 1
    return shift + rest, scatter


def _incremental(points: Rows, components: int) -> Axes:
    from sklearn.decomposition import IncrementalPCA

    pca = IncrementalPCA(components, copy=False)
    for block in points.map(lambda block: np.array(block, dtype=np.float64), least=components):
        pca.partial_fit(block, check_input=False)
    return _of_sklearn(pca, INCREMENTAL)


def _of_sklearn(pca: Any, solver: str) -> Axes:
    mean, components = pca.mean_.astype(np.float64), pca.components_.astype(np.float64)
    return Axes(mean, components, solver, float(np.sum(pca.explained_variance_ratio_)))
