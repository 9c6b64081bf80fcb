"""Which directions of the latent carry the key, and how strongly: the secret that marks and reads."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError, StorageError, WhorlWarning
from whorl.files import bytes_of, digest_bytes, digest_json
from whorl.latent.contract import LatentGenerator
from whorl.latent.deciding.calibration import Calibration
from whorl.latent.deciding.plain_bits import foreseen_ones, lopsided
from whorl.latent.warm_start import LinearStart

Coding: TypeAlias = Literal["lattice", "centred", "published"]
CODINGS: tuple[Coding, ...] = ("lattice", "centred", "published")
Rows: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class GeneratorRecord:
    """Which generator a basis belongs to.

    Attributes:
        name, digest, latent_dim, image_size: see `LatentGenerator`.
        place: where it was opened, for `whorl.latent.open.open_generator`; None where that is not known.
    """

    name: str
    digest: str
    latent_dim: int
    image_size: tuple[int, int]
    place: str | None = None

    @classmethod
    def of(cls, generator: LatentGenerator, *, place: str | None = None) -> GeneratorRecord:
        """Record a generator."""
        height, width = generator.image_size
        return cls(generator.name, generator.digest, generator.latent_dim, (height, width), place)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "digest": self.digest,
            "latent_dim": self.latent_dim,
            "image_size": list(self.image_size),
            "place": self.place,
        }


@dataclass(frozen=True, eq=False, repr=False)
class LatentBasis:
    """A latent of D numbers as n coordinates that carry a key and k that carry the content.

    w = mean + key coordinates @ directions + content coordinates @ complement. Usually n + k = D. Where it is
    less, as with three components for each bit, marked latents have the mean's value in the dimensions left over.
    How a key's coordinate tells a bit b is the coding:

    - "published" (arXiv 2304.09752): it is strength * b, whatever it was before.
    - "centred": strength * (b - 1/2), which moves pictures half as far, and not on average.
    - "lattice": the multiple of strength nearest to what it was before, an even one for 0 and an odd one for 1,
      counted from a secret offset (`dither`), so
      that no variation is lost (quantization index modulation: Chen and Wornell, IEEE Trans. Inf. Theory 47,
      2001).

    Two values that stand for different bits lie at least `strength` apart in each. Whoever has the directions can
    forge keys: a basis is a secret.

    Attributes:
        generator: whose latents these are.
        mean: float64 (D,).
        directions: float64 (n, D), V: one for each bit.
        complement: float64 (k, D), U; together with V a basis of the whole space where n + k = D.
        content_deviations: float64 (k,), standard deviations of the content's coordinates.
        key_deviations: float64 (n,), those of the key's before a key is put in.
        strength: sigma, how far coordinates of 1 and 0 lie apart.
        coding: see above.
        design: how the directions were chosen, as JSON values.
        start: guesses the coordinates from pixels; None where it was not fitted.
        dither: float64 (n,), where a lattice begins, in units of strength from 0 to 2; empty for 0.
        calibration: what readings with and without a key look like, by the default reader; None where that was not
            measured. It changes no picture and is no part of the digest.
    """

    generator: GeneratorRecord
    mean: Rows
    directions: Rows
    complement: Rows
    content_deviations: Rows
    key_deviations: Rows
    strength: float
    coding: Coding = "lattice"
    design: Mapping[str, Any] = field(default_factory=dict)
    start: LinearStart | None = None
    dither: Rows = field(default_factory=lambda: np.empty(0))
    calibration: Calibration | None = None

    def __post_init__(self) -> None:
        n, d = self.directions.shape
        k = min(len(self.complement), d - n)
        shapes = {
            "mean": (self.mean.shape, (d,)),
            "complement": (self.complement.shape, (k, d)),
            "content_deviations": (self.content_deviations.shape, (k,)),
            "key_deviations": (self.key_deviations.shape, (n,)),
            "dither": (self.dither.shape, (n if len(self.dither) else 0,)),
        }
        for name, (found, expected) in shapes.items():
            if found != expected:
                raise ScoreError(f"{name} of a latent basis is {expected}; got {found}.")
        if not 0 < self.strength < np.inf or self.coding not in CODINGS:
            raise ScoreError(
                f"strength is above 0 and coding one of {', '.join(CODINGS)}; got {self.strength} and "
                f"{self.coding!r}."
            )

    def __repr__(self) -> str:
        """Say how large it is, and nothing of what it holds."""
        return (
            f"<LatentBasis {self.digest[:12]} of {self.generator.name}: {self.bits} bits of strength "
            f"{self.strength:g} in a latent of {len(self.mean)}>"
        )

    @property
    def bits(self) -> int:
        """How many bits a key has."""
        return len(self.directions)

    @cached_property
    def digest(self) -> str:
        """Digest of all that decides a marked picture."""
        arrays = (
            self.mean,
            self.directions,
            self.complement,
            self.content_deviations,
            np.array([self.strength]),
            self._begins,
        )
        return digest_json(
            {
                "generator": self.generator.digest,
                "coding": self.coding,
                "arrays": digest_bytes(*(bytes_of(np.ascontiguousarray(each)) for each in arrays)),
            }
        )

    @cached_property
    def whole(self) -> Rows:
        """Directions, then complement: (n + k, D)."""
        return np.concatenate([self.directions, self.complement])

    @cached_property
    def inverse(self) -> Rows:
        """The inverse of `whole`, (D, n + k); where rows are left over, the pseudoinverse."""
        square = len(self.whole) == len(self.mean)
        found = np.linalg.inv(self.whole) if square else np.linalg.pinv(self.whole)
        return np.asarray(found, dtype=np.float64)

    @property
    def expected(self) -> tuple[Rows, Rows]:
        """Mean and standard deviation of each coordinate of marked latents, each (n + k,), the key's first."""
        means, deviations = (
            np.zeros(len(self.whole)),
            np.concatenate([self.key_deviations, self.content_deviations]),
        )
        if self.coding == "published":
            means[: self.bits] = self.strength / 2
        if self.coding != "lattice":
            deviations[: self.bits] = self.strength / 2
        return means, deviations

    @cached_property
    def plain_ones(self) -> Rows:
        """Share of pictures without a key in which each bit is read as 1, foreseen from the deviations, (n,).

        1/2 for fair coins. In the coding "published", and in a lattice, a strength much larger than the latents'
        own deviation along a direction makes that bit nearly the same in all of them, and it tells no key from
        none. See `whorl.latent.deciding.plain_bits.foreseen_ones`.
        """
        return foreseen_ones(self.key_deviations, self.strength, self.coding, self._begins)

    @property
    def lopsided(self) -> int:
        """How many bits are foreseen to have one value in more than three of four pictures without a key."""
        return lopsided(self.plain_ones)

    def with_strength(self, strength: float) -> LatentBasis:
        """Return the basis with another strength; a calibration does not hold for it, and is left out."""
        return replace(self, strength=strength, calibration=None)

    def coordinates(self, latents: NDArray[np.floating]) -> Rows:
        """Return the coordinates (B, n + k) of latents (B, D), the key's first."""
        return np.asarray((np.asarray(latents, dtype=np.float64) - self.mean) @ self.inverse)

    def latents(self, coordinates: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the latents of coordinates (B, n + k)."""
        return (self.mean + np.asarray(coordinates, dtype=np.float64) @ self.whole).astype(np.float32)

    def with_key(self, coordinates: Rows, keys: NDArray[np.integer]) -> Rows:
        """Return the key's coordinates (B, n) that stand for keys (B, n), given what they were before."""
        if self.coding == "lattice":
            begins = keys + self._begins
            found: Rows = self.strength * (2 * np.round((coordinates / self.strength - begins) / 2) + begins)
            return found
        middle = 0.5 if self.coding == "centred" else 0.0
        return np.broadcast_to(self.strength * (keys - middle), coordinates.shape).copy()

    def bits_of(self, coordinates: NDArray[np.floating]) -> Rows:
        """Return what the key's coordinates say: 0 and 1 where they are exact, 1/2 where undecided."""
        units: Rows = np.asarray(coordinates, dtype=np.float64) / self.strength
        if self.coding == "lattice":
            return np.abs((units - self._begins + 1) % 2 - 1)
        return units + 0.5 if self.coding == "centred" else units

    @property
    def _begins(self) -> Rows:
        return self.dither if len(self.dither) else np.zeros(self.bits)

    def marked(self, latents: NDArray[np.floating], keys: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return latents that carry keys.

        Args:
            latents: (B, D).
            keys: (n,) for all, or (B, n), of 0 and 1.

        Raises:
            ScoreError: keys of another length.
        """
        keys = np.asarray(keys)
        if keys.shape[-1] != self.bits or not np.isin(keys, (0, 1)).all():
            raise ScoreError(
                f"this basis takes keys of {self.bits} bits, each 0 or 1; got a key of {keys.shape[-1]}."
            )
        coordinates = self.coordinates(latents)
        coordinates[:, : self.bits] = self.with_key(coordinates[:, : self.bits], keys)
        return self.latents(coordinates)

    def emptied(self, latents: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return latents with the variation removed that a key replaces; in a whole lattice that is none."""
        coordinates = self.coordinates(latents)
        if self.coding != "lattice":
            coordinates[:, : self.bits] = self.expected[0][: self.bits]
        return self.latents(coordinates)

    def expect(self, generator: LatentGenerator) -> None:
        """Refuse another generator than the basis was made for.

        Raises:
            StorageError: it is another one.
        """
        if generator.digest != self.generator.digest:
            raise StorageError(
                f"this basis belongs to the generator {self.generator.name} (digest "
                f"{self.generator.digest[:12]}), and {generator.name} has the digest {generator.digest[:12]}: "
                "other weights or other noise. Keys can be put in and read with its own generator alone."
            )

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write it to a folder in one step; its owner alone may look into it.

        Warns (`WhorlWarning`) where bits are `lopsided`.

        Raises:
            StorageError: the folder exists, or the disk is full.
        """
        from whorl.latent.basis_folder import write_folder

        written = write_folder(self, Path(folder), overwrite=overwrite)
        if self.lopsided:
            warnings.warn(_lopsided_words(self), WhorlWarning, stacklevel=2)
        return written

    def save_calibration(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Put its calibration into the folder that it was saved to, in one step; all else there stays as it is.

        Args:
            folder: of this basis.
            overwrite: replace the calibration that the folder has.

        Raises:
            ScoreError: the basis has no calibration.
            StorageError: the folder holds another basis, or a calibration already; the disk is full.
        """
        from whorl.latent.basis_folder import write_calibration

        if self.calibration is None:
            raise ScoreError("this basis has no calibration to save; 'whorl.latent.calibrate' measures one.")
        return write_calibration(self.calibration, self.digest, Path(folder), overwrite=overwrite)

    @classmethod
    def load(cls, folder: str | Path) -> LatentBasis:
        """Read it and check every byte.

        Raises:
            StorageError: none there, damaged, or by another version.
        """
        from whorl.latent.basis_folder import read_folder

        return read_folder(Path(folder))


def _lopsided_words(basis: LatentBasis) -> str:
    steps = basis.strength / basis.key_deviations
    return (
        f"{basis.lopsided} of {basis.bits} bits have one value in more than three of four pictures without a key: "
        f"the strength of {basis.strength:.3g} is {float(np.median(steps)):.3g} times the latents' own deviation "
        "along a direction (median). Such a bit tells little of whether there is a key. Reading allows for it, "
        "and asks for more matching bits of users whose keys look like no key; a smaller strength, another coding "
        "or other directions mend it."
    )
