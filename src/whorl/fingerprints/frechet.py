"""The Frechet distance between two sets of points, each taken for a Gaussian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Mean and covariance of points.

    Attributes:
        mean: float64 (C,).
        covariance: float64 (C, C), divided by N - 1.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, points: NDArray[np.floating]) -> Gaussian:
        """Measure points (N, C), N at least 2."""
        wide = np.asarray(points, dtype=np.float64)
        return cls(wide.mean(axis=0), np.atleast_2d(np.cov(wide, rowvar=False)))

    @property
    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of each component, float64 (C,); 1 where there is none."""
        spread = np.sqrt(np.diag(self.covariance))
        return np.asarray(np.where(spread > 0, spread, 1.0))


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """Return |mean difference|^2 + tr(A + B - 2 (A B)^(1/2)), not its root, as FID is given.

    Heusel et al., GANs Trained by a Two Time-Scale Update Rule (NeurIPS 2017), eq. 6. The root's trace is that of
    (A^(1/2) B A^(1/2))^(1/2), whose eigenvalues are real however few points there were.

    >>> a = Gaussian(np.zeros(2), np.eye(2))
    >>> frechet_distance(a, Gaussian(np.array([3.0, 0.0]), 4 * np.eye(2)))
    11.0
    """
    root = _root(a.covariance)
    inner = np.linalg.eigvalsh(root @ b.covariance @ root).clip(min=0)
    traces = np.trace(a.covariance) + np.trace(b.covariance) - 2 * np.sqrt(inner).sum()
    return float(((a.mean - b.mean) ** 2).sum() + max(0.0, traces))


def frechet_distances(first: Sequence[Gaussian], second: Sequence[Gaussian]) -> NDArray[np.float64]:
    """Return `frechet_distance` of each of K to each of M others, float64 (K, M), with K roots in place of K M.

    >>> a, b = Gaussian(np.zeros(2), np.eye(2)), Gaussian(np.array([3.0, 0.0]), 4 * np.eye(2))
    >>> frechet_distances([a, b], [b])[:, 0].round(9).tolist()
    [11.0, 0.0]
    """
    means = np.stack([each.mean for each in second])
    covariances = np.stack([each.covariance for each in second])
    traces = np.trace(covariances, axis1=1, axis2=2)
    rows = []
    for each in first:
        root = _root(each.covariance)
        inner = np.sqrt(np.linalg.eigvalsh(root @ covariances @ root).clip(min=0)).sum(axis=1)
        apart = np.square(means - each.mean).sum(axis=1)
        rows.append(apart + (np.trace(each.covariance) + traces - 2 * inner).clip(min=0))
    return np.stack(rows)


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(values.clip(min=0))) @ vectors.T)
