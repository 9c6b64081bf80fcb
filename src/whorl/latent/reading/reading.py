"""What was read in a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FOLDS = 64


@dataclass(frozen=True, eq=False)
class Reading:
    """The key in one picture, as its reader saw it, whether or not there is one.

    Attributes:
        soft: float64 (n,), what each coordinate says: 0 and 1 where it is exact, 1/2 where it is undecided.
        coordinates: float64 (n + k,), of the latent that was found, the key's first.
        deviations: float64 (n,), how far each of `soft` may be off (one standard deviation) by what the residual
            leaves open; NaN where the reader does not say.
        residual: root mean square difference between the picture and what was found, in grey levels of 255.
        passes: how often the generator was run for it, directional derivatives counted as runs.
        starts: how many starts were tried.
        folded: whether the coding is a lattice, in which an error of two steps is none.
    """

    soft: NDArray[np.float64]
    coordinates: NDArray[np.float64]
    deviations: NDArray[np.float64]
    residual: float
    passes: int
    starts: int
    folded: bool = False

    @property
    def bits(self) -> NDArray[np.uint8]:
        """The nearest key, uint8 (n,)."""
        return (self.soft > 0.5).astype(np.uint8)

    @property
    def wrong(self) -> NDArray[np.float64]:
        """Predicted probability that each bit is wrong, float64 (n,), were the latent found the right one.

        `soft` of a marked picture is 0 or 1 plus a normal error. Beyond 1/2 towards the other value the bit is
        wrong; in a lattice from 1/2 to 3/2 either way, from 5/2 to 7/2, and so on.
        """
        from scipy.stats import norm

        deviations = np.maximum(self.deviations, np.finfo(float).tiny)
        if not self.folded:
            return np.asarray(norm.sf(0.5 / deviations))
        edges = np.arange(_FOLDS)[:, None] + 0.5
        signs = np.where(np.arange(_FOLDS) % 2, -1.0, 1.0)[:, None]
        found = 2 * (signs * norm.sf(edges / deviations)).sum(axis=0)
        # Where the error is many cells wide the sum has not settled, and the bit is a coin.
        return np.asarray(np.where(deviations > _FOLDS / 8, 0.5, found))
