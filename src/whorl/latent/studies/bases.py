"""The bases of a study, each made once: kept in a private folder, for a basis is a secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from whorl.errors import StorageError
from whorl.files import digest_json
from whorl.kept import Kept
from whorl.latent.basis import Coding, LatentBasis
from whorl.latent.components import LATENTS
from whorl.latent.contract import LatentGenerator
from whorl.latent.directions import JACOBIANS, basis_by_design, basis_by_position
from whorl.latent.perceptual import PerceptualFeatures
from whorl.latent.stages import stage_seed
from whorl.latent.strength import strength_for
from whorl.latent.warm_start import PICTURES

_FORMAT = 1
"""Goes up when the same settings come to give another basis."""


@dataclass(frozen=True, eq=False)
class StudyBases:
    """Bases of one generator; strength and coding change nothing of what is computed, and are put in afterwards.

    Attributes:
        generator: whose bases.
        features: perceptual, for directions by design.
        folder: where they are kept, for its owner's eyes alone; None keeps them in memory.
        held: those that were asked for, by the digest of their settings.
    """

    generator: LatentGenerator
    features: PerceptualFeatures | None
    folder: Path | None = None
    held: dict[str, LatentBasis] = field(default_factory=dict)

    def by_design(self, bits: int, *, strength: float, coding: Coding, seed: int) -> LatentBasis:
        """Return a basis by design; see `basis_by_design`."""
        features = None if self.features is None else [self.features.name, self.features.digest]
        how = {"by": "design", "bits": bits, "seed": seed, "features": features, "jacobians": JACOBIANS}
        make = partial(
            basis_by_design, self.generator, bits=bits, strength=1.0, features=self.features, seed=seed
        )
        return replace(self._get(how, make), strength=strength, coding=coding)

    def by_position(
        self, bits: int, *, strength: float, shift: int | None, coding: Coding, seed: int
    ) -> LatentBasis:
        """Return a basis by position; see `basis_by_position`."""
        how = {"by": "position", "bits": bits, "seed": seed, "shift": shift}
        make = partial(basis_by_position, self.generator, bits=bits, strength=1.0, shift=shift, seed=seed)
        return replace(self._get(how, make), strength=strength, coding=coding)

    def measured_strength(self, bits: int, *, seed: int, kept: Path | None) -> float:
        """Return the strength by design that 8-bit pictures need; see `strength_for`.

        Args:
            bits: length of the keys.
            seed: of the study.
            kept: folder of answers; None keeps none.
        """
        basis = self.by_design(bits, strength=1.0, coding="lattice", seed=seed)
        own = stage_seed(seed, "study: strength")
        found: Kept[dict[str, float]] = Kept(
            kept, dict, lambda values: {"strength": float(values["strength"])}, "Name another folder."
        )
        decided = {"what": "strength", "basis": basis.digest, "seed": own}
        return found.get_or_find(
            decided, lambda: {"strength": strength_for(self.generator, basis, seed=own)}
        )["strength"]

    def _get(self, how: Mapping[str, Any], make: Callable[[], LatentBasis]) -> LatentBasis:
        settings = {
            "format": _FORMAT,
            "generator": self.generator.digest,
            "latents": LATENTS,
            "pictures": PICTURES,
            **how,
        }
        name = digest_json(settings)
        if name not in self.held:
            self.held[name] = self._kept(name, make)
        return self.held[name]

    def _kept(self, name: str, make: Callable[[], LatentBasis]) -> LatentBasis:
        if self.folder is None:
            return make()
        place = self.folder / name
        if place.is_dir():
            try:
                return LatentBasis.load(place)
            except StorageError:  # damaged, or by another version: made again
                pass
        made = make()
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"bases cannot be kept in {self.folder}: {error.strerror or error}."
            ) from error
        made.save(place, overwrite=True)
        return made
