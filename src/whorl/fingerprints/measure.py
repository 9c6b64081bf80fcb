"""From a curve's pictures to fingerprints: of all of them, or of some."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.fingerprints.copying import copying_numbers
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.frechet import Gaussian, frechet_distance
from whorl.fingerprints.whitening import Whitening
from whorl.memorization.curve import Curve
from whorl.memorization.measured import MeasuredPictures
from whorl.memorization.score import HeldOutDistances, score_distances

_LEAST_SHARE = 0.04


class FingerprintSpace:
    """What depends on the Reference alone: the units in which sets are told apart.

    Args:
        layers: any set's measurements by the Reference; only what they hold of T and P is used.
    """

    def __init__(self, layers: Sequence[MeasuredPictures]) -> None:
        self._layers = tuple(layers)

    @classmethod
    def of(cls, curve: Curve) -> FingerprintSpace:
        """Return the space of a curve's Reference.

        Raises:
            ScoreError: the curve was read back from JSON.
        """
        return cls(_measured(curve))

    @cached_property
    def train(self) -> tuple[Gaussian, ...]:
        """T at each layer."""
        return tuple(Gaussian.of(layer.train) for layer in self._layers)

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


class SetMeasurements:
    """A set's pictures, of which fingerprints are taken: of all, or of some again and again.

    Args:
        curve: of the set, fresh from its Reference.
        space: of the same Reference, where it is at hand from another set.

    Raises:
        ScoreError: the curve was read back from JSON.
    """

    def __init__(self, curve: Curve, space: FingerprintSpace | None = None) -> None:
        self.curve, self._layers = curve, _measured(curve)
        self.space = space or FingerprintSpace(self._layers)

    @cached_property
    def _copying(self) -> NDArray[np.float64]:
        return self.space.copying.apply(copying_numbers(self._layers)[0])

    @cached_property
    def _content(self) -> NDArray[np.float64]:
        return self.space.standardised([layer.generated for layer in self._layers])

    @cached_property
    def _held_out(self) -> list[list[HeldOutDistances]]:
        m = self.curve.n_generated
        return [
            [HeldOutDistances.of(part.distances[m:], part.cells[m:]) for part in layer.partitions]
            for layer in self._layers
        ]

    def fingerprint(self, rows: NDArray[np.integer] | None = None) -> Fingerprint:
        """Return the fingerprint of some pictures, or of all.

        Args:
            rows: which, as positions in the set.
        """
        chosen = np.arange(self.curve.n_generated) if rows is None else np.asarray(rows)
        content = self._content[chosen]
        spread = content.std(axis=0)
        return Fingerprint(
            reference=self.curve.reference,
            layers=self.curve.layers,
            n_pictures=len(chosen),
            parts={
                "c_t": self._c_t(chosen),
                "copying": self._copying[chosen].mean(axis=0),
                "means": content.mean(axis=0),
                "spreads": np.log(np.maximum(spread, 1e-3)),
                "whitened_means": self.space.content.apply(content.mean(axis=0)),
                "frechet": self._frechet(chosen),
            },
        )

    def _c_t(self, chosen: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return C_T at each layer, the mean over partitions; NaN where no cell holds enough pictures.

        A cell counts with more pictures than the Reference asks for, or than 4 % of the set, if these are fewer:
        20 of 500, as in the paper.
        """
        tau = min(_LEAST_SHARE, self.curve.settings.min_generated / len(chosen))
        values = np.full(len(self._layers), np.nan)
        for i, (layer, sides) in enumerate(zip(self._layers, self._held_out, strict=True)):
            found = []
            for part, held_out in zip(layer.partitions, sides, strict=True):
                try:
                    score = score_distances(
                        part.distances[chosen],
                        held_out,
                        generated_cells=part.cells[chosen],
                        train_counts=dict(enumerate(part.scored.astype(int).tolist())),
                        tau=tau,
                    )
                except ScoreError:
                    continue
                found.append(score.value)
            if found:
                values[i] = np.mean(found)
        return values

    def _frechet(self, chosen: NDArray[np.integer]) -> NDArray[np.float64]:
        return np.array(
            [
                frechet_distance(Gaussian.of(layer.generated[chosen]), each)
                for layer, each in zip(self._layers, self.space.train, strict=True)
            ]
        )


def fingerprint_of(curve: Curve) -> Fingerprint:
    """Return the fingerprint of a curve's pictures.

    Raises:
        ScoreError: the curve was read back from JSON, which does not keep what is needed.
    """
    return SetMeasurements(curve).fingerprint()


def _measured(curve: Curve) -> tuple[MeasuredPictures, ...]:
    if not curve.measured:
        raise ScoreError(
            "this curve was read from a file and has no numbers per picture; score the pictures again."
        )
    return curve.measured
