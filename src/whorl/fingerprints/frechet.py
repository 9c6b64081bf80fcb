"""The Frechet distance between two sets of points, each taken for a Gaussian."""

from __future__ import annotations

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
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ b.covariance @ root).clip(min=0)
    traces = np.trace(a.covariance) + np.trace(b.covariance) - 2 * np.sqrt(inner).sum()
    return float(((a.mean - b.mean) ** 2).sum() + max(0.0, traces))
