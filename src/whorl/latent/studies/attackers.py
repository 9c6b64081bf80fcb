"""What someone makes who has the generator, some of a victim's pictures, and perhaps a basis.

Latents that an attacker finds carry the victim's key; they live in memory alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.mark import drawn, mark
from whorl.latent.stages import stage_seed
from whorl.latent.studies.asked import Reader
from whorl.latent.studies.taken import Forged

_USUAL = 4_000


@dataclass(frozen=True, eq=False)
class Attacker:
    """Has the generator, and finds latents by reading.

    Attributes:
        generator: draws.
        own: a basis that the attacker has: the true one, or one made again.
        seen: the victim's pictures, uint8 (N, H, W, 3).
        reader: how latents are found.
        seed: of the study.
    """

    generator: LatentGenerator
    own: LatentBasis
    seen: NDArray[np.uint8]
    reader: Reader
    seed: int

    def plain(self, place: int) -> Forged:
        """Draw as the generator draws."""
        return self._drawn(self._latent(place))

    def with_key(self, key: NDArray[np.integer], place: int) -> Forged:
        """Put a key in with the attacker's basis."""
        seed = stage_seed(self.seed, "study: forged")
        return Forged(mark(self.generator, self.own, key, 1, seed=seed, start=place).pictures[0])

    def with_bits(self, place: int) -> Forged:
        """Put in what the attacker's basis reads in the first picture seen."""
        return self.with_key(self._first_bits, place)

    def transplanted(self, place: int) -> Forged:
        """Put the key's part of the first picture seen, as it is, in the place of a new latent's own.

        Which space holds the keys is a property of the generator; within it, nothing has to be known.
        """
        n = self.own.bits
        coordinates = self.own.coordinates(self._latent(place))
        coordinates[:, :n] = self.own.coordinates(self.found(0)[None])[:, :n]
        return self._drawn(self.own.latents(coordinates))

    def averaged(self, place: int) -> Forged:
        """Add to a new latent what the victim's pictures have in common: their mean, less that of all latents."""
        return self._drawn((self._latent(place) + self._offset).astype(np.float32))

    def washed(self, away: float, place: int) -> Forged:
        """Take a random step from the latent of a picture seen, in units of the latents' own deviations."""
        rng = np.random.default_rng((stage_seed(self.seed, "study: washed"), place))
        found = self.found(place)
        step = away * self._usual.std(axis=0) * rng.normal(size=found.shape)
        return self._drawn((found + step)[None].astype(np.float32), before=self.seen[place])

    def overwritten(self, place: int) -> Forged:
        """Put a random key of the attacker's own basis into a picture seen."""
        rng = np.random.default_rng((stage_seed(self.seed, "study: washed"), place))
        key = rng.integers(0, 2, self.own.bits)
        return self._drawn(self.own.marked(self.found(place)[None], key), before=self.seen[place])

    def found(self, place: int) -> NDArray[np.float32]:
        """Return the latent of a picture seen, as the attacker's basis reads it, (D,)."""
        if place not in self._latents:
            read = self.reader.read(self.generator, self.own, self.seen[place])
            self._latents[place] = self.own.latents(read.coordinates[None])[0]
        return self._latents[place]

    @cached_property
    def _latents(self) -> dict[int, NDArray[np.float32]]:
        return {}

    @cached_property
    def _first_bits(self) -> NDArray[np.uint8]:
        return self.reader.read(self.generator, self.own, self.seen[0]).bits

    @cached_property
    def _usual(self) -> NDArray[np.float32]:
        return self.generator.sample_latents(_USUAL, seed=stage_seed(self.seed, "study: usual"))

    @cached_property
    def _offset(self) -> NDArray[np.float64]:
        latents = np.array([self.found(place) for place in range(len(self.seen))], dtype=np.float64)
        return np.asarray(latents.mean(axis=0) - self._usual.mean(axis=0, dtype=np.float64))

    def _latent(self, place: int) -> NDArray[np.float32]:
        return self.generator.sample_latents(1, seed=stage_seed(self.seed, "study: forged"), start=place)

    def _drawn(self, latents: NDArray[np.float32], before: NDArray[np.uint8] | None = None) -> Forged:
        return Forged(drawn(self.generator, latents)[0], before)
