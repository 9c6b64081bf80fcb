"""Features brought to one scale, by what the training pictures show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Scaling:
    """(x - mean) / spread.

    Attributes:
        mean: float32, of a shape that broadcasts with one picture's features.
        spread: the same, above 0.
    """

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]

    @classmethod
    def by_feature(cls, values: NDArray[np.float32]) -> Self:
        """Return each feature's mean and standard deviation; a feature that never changes is left as it is."""
        return cls._of(values, (0,))

    @classmethod
    def by_channel(cls, values: NDArray[np.float32]) -> Self:
        """Return mean and standard deviation of each channel of (N, C, H, W), all places together."""
        return cls._of(values, (0, 2, 3))

    @classmethod
    def _of(cls, values: NDArray[np.float32], axes: tuple[int, ...]) -> Self:
        mean = values.mean(axis=axes, dtype=np.float64, keepdims=True)[0]
        spread = values.std(axis=axes, dtype=np.float64, keepdims=True)[0]
        flat = spread <= 1e-12 * np.maximum(1.0, np.abs(mean))
        return cls(mean.astype(np.float32), np.where(flat, 1.0, spread).astype(np.float32))

    def apply(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return float32 of the same shape."""
        return np.asarray((values - self.mean) / self.spread, dtype=np.float32)
