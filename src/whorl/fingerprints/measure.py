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
from whorl.memorization.measured_set import MeasuredSet
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
    def of(cls, pictures: MeasuredSet | Curve) -> FingerprintSpace:
        """Return the space of the Reference that a set was measured on.

        Raises:
            ScoreError: a curve that was read back from JSON.
        """
        return cls(_measured(pictures).layers)

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
        pictures: the set, as measured on its Reference, or its curve.
        space: of the same Reference, where it is at hand from another set.

    Raises:
        ScoreError: a curve that was read back from JSON.
    """

    def __init__(self, pictures: MeasuredSet | Curve, space: FingerprintSpace | None = None) -> None:
        self.pictures = _measured(pictures)
        self._layers = self.pictures.layers
        self.space = space or FingerprintSpace(self._layers)

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def _copying(self) -> NDArray[np.float64]:
        return self.space.copying.apply(copying_numbers(self._layers)[0])

    @cached_property
    def _content(self) -> NDArray[np.float64]:
        return self.space.standardised([layer.generated for layer in self._layers])

    @cached_property
    def _held_out(self) -> list[list[HeldOutDistances]]:
        m = len(self)
        return [
            [HeldOutDistances.of(part.distances[m:], part.cells[m:]) for part in layer.partitions]
            for layer in self._layers
        ]

    def fingerprint(self, rows: NDArray[np.integer] | None = None) -> Fingerprint:
        """Return the fingerprint of some pictures, or of all.

        Args:
            rows: which, as positions in the set.
        """
        chosen = np.arange(len(self)) if rows is None else np.asarray(rows)
        content = self._content[chosen]
        spread = content.std(axis=0)
        return Fingerprint(
            reference=self.pictures.reference,
            layers=self.pictures.names,
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
        tau = min(_LEAST_SHARE, self.pictures.settings.min_generated / len(chosen))
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


def fingerprint_of(pictures: MeasuredSet | Curve) -> Fingerprint:
    """Return the fingerprint of a set.

    Raises:
        ScoreError: a curve that was read back from JSON, which does not keep what is needed.
    """
    return SetMeasurements(pictures).fingerprint()


def _measured(pictures: MeasuredSet | Curve) -> MeasuredSet:
    if isinstance(pictures, MeasuredSet):
        return pictures
    if not pictures.measured:
        raise ScoreError(
            "this curve was read from a file and has no numbers per picture; score the pictures again."
        )
    return MeasuredSet(
        pictures.reference,
        pictures.settings,
        pictures.measured,
        source=pictures.source,
        keys=pictures.keys,
        keys_of=pictures.keys_of,
        warnings=pictures.warnings,
    )
