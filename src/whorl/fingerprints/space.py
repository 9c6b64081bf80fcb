"""The units in which sets are told apart: what depends on the Reference alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.copying import copying_numbers
from whorl.fingerprints.frechet import Gaussian
from whorl.fingerprints.whitening import Whitening
from whorl.memorization.measured import MeasuredPictures


class FingerprintSpace:
    """What fingerprints need of the Reference.

    Args:
        layers: any set's measurements by the Reference; only what they hold of T and P is used.
    """

    def __init__(self, layers: Sequence[MeasuredPictures]) -> None:
        self._layers = tuple(layers)

    @cached_property
    def train(self) -> tuple[Gaussian, ...]:
        """T at each layer."""
        return tuple(Gaussian.of(layer.train) for layer in self._layers)

    @property
    def widths(self) -> tuple[int, ...]:
        """How many components each layer has."""
        return tuple(layer.train.shape[1] for layer in self._layers)

    @cached_property
    def copying(self) -> Whitening:
        """Units of the copying numbers."""
        return Whitening.fit(copying_numbers(self._layers)[1])

    @cached_property
    def content(self) -> Whitening:
        """Units of the standardised embeddings of all layers side by side."""
        return Whitening.fit(self.standardised([layer.test for layer in self._layers]))

    def standardised(self, points: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
        """Return each layer's points (m, C) side by side, each component over its spread in T: (m, sum of C)."""
        return np.concatenate(
            [part / each.spread for part, each in zip(points, self.train, strict=True)], axis=1
        )

    def by_layer(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return numbers (sum of C,) as (L, largest C), NaN where a layer has fewer components."""
        result = np.full((len(self.widths), max(self.widths)), np.nan)
        start = 0
        for row, width in zip(result, self.widths, strict=True):
            row[:width] = numbers[start : start + width]
            start += width
        return result
