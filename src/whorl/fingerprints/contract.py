"""What a way of telling models apart by their fingerprints must do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.fingerprints.fingerprint import Fingerprint


class FingerprintMethod(ABC):
    """Tells how far a set's fingerprint lies from those of known models.

    Every implementation must pass `whorl.checks.check_method`.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """What users type, such as ct-both."""

    @property
    @abstractmethod
    def parts(self) -> tuple[str, ...]:
        """The parts of a fingerprint that it reads."""

    @property
    def one_size(self) -> bool:
        """Whether its numbers depend on how many pictures there are: only sets of one size compare well."""
        return False

    @abstractmethod
    def distances(
        self, query: Fingerprint, known: Sequence[Fingerprint], *, pictures: int | None = None
    ) -> NDArray[np.float64]:
        """Return how far the query lies from each known fingerprint, float64 (K,); smaller is nearer.

        Args:
            query: the fingerprint to be identified.
            known: K fingerprints.
            pictures: give the distances that the query would have on average with so many pictures, where the
                method knows what chance adds; None for those that it has.

        Raises:
            ScoreError: a fingerprint lacks a part, or they are of different References or layers.
        """

    def fits(self, fingerprint: Fingerprint) -> bool:
        """Return whether a fingerprint has what this method reads, with a number in every part."""
        return all(
            name in fingerprint.parts and bool(np.isfinite(fingerprint.parts[name]).any())
            for name in self.parts
        )


def gathered(name: str, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """Return one part of the query and then of every known fingerprint, float64 (1 + K, ...).

    Raises:
        ScoreError: no known fingerprint, different References or layers, or a part that is missing.
    """
    if not known:
        raise ScoreError("there is no known fingerprint to compare with; give at least one.")
    for other in known:
        if (other.reference, other.layers) != (query.reference, query.layers):
            raise ScoreError(
                f"fingerprints of different References or layers cannot be compared ({query.reference[:12]}, "
                f"{len(query.layers)} layers, and {other.reference[:12]}, {len(other.layers)} layers); measure "
                "both sets on one Reference."
            )
    found = [each.parts.get(name) for each in (query, *known)]
    shapes = {part.shape if part is not None else None for part in found}
    if None in shapes or len(shapes) > 1:
        raise ScoreError(
            f"these fingerprints do not all have a part {name!r} of one shape; measure them with this version of "
            "Whorl, or choose a method that reads other parts."
        )
    return np.array(found, np.float64)


def more_chance(query: Fingerprint, pictures: int | None) -> float:
    """Return 1 / pictures - 1 / n, by which a variance per picture makes a squared distance grow; 0 for None."""
    return 0.0 if pictures is None else 1 / pictures - 1 / query.n_pictures


def root(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return square roots, 0 for what is below 0."""
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
