"""From pictures measured on a Reference to fingerprints: of all of them, or of some."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.fingerprints.copying import copying_numbers
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.frechet import Gaussian, frechet_distance
from whorl.fingerprints.space import FingerprintSpace
from whorl.memorization.curve import Curve
from whorl.memorization.measured_set import MeasuredSet
from whorl.memorization.score import HeldOutDistances, score_distances

LEAST_PICTURES = 10
"""A set of fewer has no fingerprint."""

PARTS = ("c_t", "copying", "means", "spreads", "whitened_means", "chance", "frechet", "pixels")
"""What a fingerprint holds."""

_LEAST_SHARE = 0.04


class SetMeasurements:
    """A set's pictures, of which fingerprints are taken: of all, or of some again and again.

    Args:
        pictures: the set, as measured on its Reference, or its curve.
        space: of the same Reference, where it is at hand from another set.
        pixels: float64 (m, 2), mean and mean square of each picture's pixels from 0 to 1; None where the
            pictures are not at hand. See `whorl.fingerprints.pixels.pixel_moments`.

    Raises:
        ScoreError: a curve that was read back from JSON.
    """

    def __init__(
        self,
        pictures: MeasuredSet | Curve,
        space: FingerprintSpace | None = None,
        pixels: NDArray[np.float64] | None = None,
    ) -> None:
        self.pictures = measured_set(pictures)
        self._layers = self.pictures.measured
        self.space = space or FingerprintSpace(self._layers)
        self._pixels = pixels

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def reference(self) -> str:
        """Digest of the Reference."""
        return self.pictures.reference

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers' names."""
        return self.pictures.layers

    @cached_property
    def copying(self) -> NDArray[np.float64]:
        """Whitened copying numbers of each picture, float64 (m, F)."""
        return self.space.copying.apply(copying_numbers(self._layers)[0])

    @cached_property
    def content(self) -> NDArray[np.float64]:
        """Standardised embeddings of each picture, all layers side by side, float64 (m, sum of C)."""
        return self.space.standardised([layer.generated for layer in self._layers])

    def fingerprint(
        self, rows: NDArray[np.integer] | None = None, *, parts: Sequence[str] = PARTS
    ) -> Fingerprint:
        """Return the fingerprint of some pictures, or of all.

        Args:
            rows: which, as positions in the set; one may be taken several times.
            parts: which numbers to find.

        Raises:
            ScoreError: fewer than `LEAST_PICTURES`.
        """
        chosen = np.arange(len(self)) if rows is None else np.asarray(rows)
        if len(chosen) < LEAST_PICTURES:
            name = f"{self.pictures.source}: " if self.pictures.source else ""
            raise ScoreError(
                f"{name}a fingerprint needs at least {LEAST_PICTURES} pictures by one model; got {len(chosen)}. "
                "Give more, 100 or so to be sure."
            )
        return Fingerprint(
            reference=self.pictures.reference,
            layers=self.pictures.layers,
            n_pictures=len(chosen),
            parts={part: self._part(part, chosen) for part in parts},
        )

    def _part(self, name: str, chosen: NDArray[np.integer]) -> NDArray[np.float64]:
        match name:
            case "c_t":
                return self._c_t(chosen)
            case "copying":
                return np.asarray(self.copying[chosen].mean(axis=0))
            case "means":
                return self.space.by_layer(self.content[chosen].mean(axis=0))
            case "spreads":
                return self.space.by_layer(self.content[chosen].std(axis=0, ddof=1))
            case "whitened_means":
                return self.space.content.apply(self.content[chosen].mean(axis=0))
            case "chance":
                return self._chance(chosen)
            case "frechet":
                return self._frechet(chosen)
            case "pixels":
                return self._pixel_statistics(chosen)
        raise ScoreError(f"no part {name!r}; choose from {', '.join(PARTS)}.")

    @cached_property
    def _whitened(self) -> NDArray[np.float64]:
        return self.space.content.apply(self.content)

    def _chance(self, chosen: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the variances of a picture's copying numbers and of its whitened embedding, each summed, (2,)."""
        both = (self.copying[chosen], self._whitened[chosen])
        return np.array([numbers.var(axis=0, ddof=1).sum() for numbers in both])

    @cached_property
    def _held_out(self) -> list[list[HeldOutDistances]]:
        m = len(self)
        return [
            [HeldOutDistances.of(part.distances[m:], part.cells[m:]) for part in layer.partitions]
            for layer in self._layers
        ]

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

    def _pixel_statistics(self, chosen: NDArray[np.integer]) -> NDArray[np.float64]:
        if self._pixels is None:
            return np.full(2, np.nan)
        mean, square = self._pixels[chosen].mean(axis=0)
        return np.array([mean, np.sqrt(max(0.0, square - mean**2))])


def fingerprint_of(pictures: MeasuredSet | Curve) -> Fingerprint:
    """Return the fingerprint of a set.

    Raises:
        ScoreError: too few pictures, or a curve read back from JSON, which does not keep what is needed.
    """
    return SetMeasurements(pictures).fingerprint()


def measured_set(pictures: MeasuredSet | Curve) -> MeasuredSet:
    """Return what a curve was measured from.

    Raises:
        ScoreError: the curve was read back from JSON.
    """
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
        ids=pictures.generated_ids,
        keys=pictures.keys,
        keys_of=pictures.keys_of,
        warnings=pictures.warnings,
    )
