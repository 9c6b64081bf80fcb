"""What the responses would have been with other pictures: the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 200


@dataclass(frozen=True, eq=False)
class Distances:
    """Distances at one layer, of n pictures.

    Attributes:
        moved: float64 (A, S, n), from a picture's embedding to that of its altered self.
        between: float64 (n (n - 1) / 2,), between the pictures, in the order of ``scipy.spatial.distance.pdist``.
    """

    moved: NDArray[np.float64]
    between: NDArray[np.float64]

    def response(self) -> NDArray[np.float64]:
        """Return the median of `moved` over the median of `between`, float64 (A, S)."""
        return np.asarray(np.median(self.moved, axis=-1) / np.median(self.between))


def resampled(layer: Distances, draws: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the response with each draw of the pictures in their place.

    A picture drawn twice makes no pair with itself.

    Args:
        layer: the distances.
        draws: int64 (B, n), row numbers with repetition.

    Returns:
        float64 (B, A, S).
    """
    n = layer.moved.shape[-1]
    order = np.argsort(layer.between)
    first, second = (side[order] for side in np.triu_indices(n, 1))
    ordered = layer.between[order]
    found = np.empty((len(draws), *layer.moved.shape[:2]))
    for b, draw in enumerate(draws):
        count = np.bincount(draw, minlength=n)
        # Nothing between them: nearly all drawn pictures have one embedding, and tell of no distance.
        unit = _weighted_median(ordered, count[first] * count[second]) or float(np.median(ordered))
        found[b] = np.median(layer.moved[..., draw], axis=-1) / unit
    return found


def _weighted_median(ordered: NDArray[np.float64], weights: NDArray[np.int64]) -> float:
    """Return the median of sorted values, each counted as often as its weight says."""
    ends = np.cumsum(weights)
    total = int(ends[-1])
    middle = np.searchsorted(ends, [(total - 1) // 2, total // 2], side="right")
    return float(ordered[middle].mean())
