"""Accuracies with intervals: pictures of every model drawn anew, the same ones for all that is compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLINGS = 2_000
_TAILS = (0.025, 0.975)
_BLOCK = 200


@dataclass(frozen=True, eq=False)
class Resampled:
    """S accuracies of the same pictures, and what they would be of pictures drawn anew.

    Attributes:
        values: float64 (S,), every model counting alike.
        drawn: float64 (B, S).
    """

    values: NDArray[np.float64]
    drawn: NDArray[np.float64]

    @classmethod
    def of(
        cls, right: NDArray[np.bool_], owners: NDArray[np.int64], *, seed: int, count: int = RESAMPLINGS
    ) -> Resampled:
        """Measure S ways to name the same N pictures.

        Args:
            right: (S, N), whether each picture is rightly named.
            owners: int64 (N,), place of its model, 0 .. M - 1, none of them without pictures.
            seed: fixes what is drawn.
            count: B.

        >>> found = Resampled.of(np.array([[True, True, False, True]]), np.array([0, 0, 1, 1]), seed=0)
        >>> found.values.tolist(), found.drawn.shape
        ([0.75], (2000, 1))
        """
        rng = np.random.default_rng(np.random.SeedSequence((seed, 3)))
        sizes = np.bincount(owners)
        values = np.mean([right[:, owners == model].mean(axis=1) for model in range(len(sizes))], axis=0)
        marks, drawn = right.T.astype(np.float64), []
        for start in range(0, count, _BLOCK):
            some = min(_BLOCK, count - start)
            weights = np.empty((some, len(owners)))
            for model, size in enumerate(sizes):
                times = rng.multinomial(size, np.full(size, 1 / size), size=some)
                weights[:, owners == model] = times / (size * len(sizes))
            drawn.append(weights @ marks)
        return cls(values, np.concatenate(drawn).clip(0, 1))

    def interval(self, place: int, less: int | None = None) -> tuple[float, float]:
        """Return the 95 % percentile interval of one accuracy, or of its difference to another."""
        drawn = self.drawn[:, place] - (0.0 if less is None else self.drawn[:, less])
        low, high = np.quantile(drawn, _TAILS)
        return float(low), float(high)

    def best_shares(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how often each of some accuracies is the largest of them; ties are shared."""
        drawn = self.drawn[:, places]
        top = drawn >= drawn.max(axis=1, keepdims=True) - 1e-12
        return np.asarray((top / top.sum(axis=1, keepdims=True)).mean(axis=0))
