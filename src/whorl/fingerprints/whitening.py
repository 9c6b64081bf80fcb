"""Numbers in units of what chance does to them: the covariance between pictures taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Whitening:
    """The mean of F numbers over held-out pictures, and the symmetric inverse root of their covariance.

    The mean over m pictures like the held-out ones, less `mean`, times `inverse_root`, varies about alike in every
    direction: by 1 / m times the identity with many held-out pictures, by less with few, for which the
    covariance is shrunk.

    Attributes:
        mean: float64 (F,).
        inverse_root: float64 (F, F).
    """

    mean: NDArray[np.float64]
    inverse_root: NDArray[np.float64]

    @classmethod
    def fit(cls, rows: NDArray[np.float64]) -> Whitening:
        """Fit on the numbers of n pictures (n, F), which may be fewer than F.

        The covariance is shrunk towards a multiple of the identity, by as much as n demands (Ledoit and Wolf, A
        Well-Conditioned Estimator for Large-Dimensional Covariance Matrices, 2004); every number is scaled to
        variance 1 first, so that none is shrunk for its unit. Numbers that do not vary count for nothing.

        >>> rows = np.random.default_rng(0).normal(size=(500, 3)) * [1, 10, 0]
        >>> whitened = Whitening.fit(rows).apply(rows)
        >>> whitened.std(axis=0).round(1).tolist()
        [1.0, 1.0, 0.0]
        """
        from sklearn.covariance import ledoit_wolf

        mean, spread = rows.mean(axis=0), rows.std(axis=0)
        varies = spread > 1e-12 * np.maximum(1.0, np.abs(mean))
        scale = np.where(varies, 1 / np.where(varies, spread, 1.0), 0.0)
        covariance, _ = ledoit_wolf(((rows - mean) * scale)[:, varies], assume_centered=True)
        values, vectors = np.linalg.eigh(covariance)
        root = np.zeros((len(mean), len(mean)))
        root[np.ix_(varies, varies)] = (vectors / np.sqrt(values)) @ vectors.T
        return cls(mean, root * scale)

    def apply(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Whiten numbers (..., F)."""
        return np.asarray((rows - self.mean) @ self.inverse_root.T)
