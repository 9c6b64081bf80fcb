"""What a study of keys is given, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from whorl.embeddings import EncodeOptions
from whorl.embeddings.progress import Progress, Silent
from whorl.encoders.contract import Encoder
from whorl.latent.basis import Coding, LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.keys.code import most_users
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.perceptual import PerceptualFeatures
from whorl.latent.stages import stage_seed
from whorl.latent.studies.asked import FAST, Asked, Reader, read_back, reader_settings
from whorl.latent.studies.attacks import ATTACKS, Attack
from whorl.latent.studies.bases import StudyBases
from whorl.latent.studies.quality import Quality, kept_quality
from whorl.latent.studies.summary import ReadSummary, summed_up

SCHEMA = "whorl-latent-study/1"


@dataclass(frozen=True)
class Point:
    """One condition of a study.

    Attributes:
        name: of the condition.
        x: where it stands on the axis; None where conditions have no order.
        read: how well keys were read; None where none were.
        quality: what they did to the pictures; None where that was not measured.
        others: further numbers by name.
    """

    name: str
    x: float | None = None
    read: ReadSummary | None = None
    quality: Quality | None = None
    others: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "x": self.x,
            "read": None if self.read is None else self.read.to_dict(),
            "quality": None if self.quality is None else self.quality.to_dict(),
            "others": dict(self.others),
        }


@dataclass(frozen=True)
class LatentStudy:
    """What was found.

    Attributes:
        name: of the study.
        title: what it shows.
        asks: the question.
        axis: what the points stand along; empty where they have no order.
        series: points by the name of their line.
        notes: what should be known before anything is believed.
        measured: what it rests on, as JSON values.
        logarithmic: whether the axis is.
        foretold: whether it holds predicted shares of wrong bits against measured ones.
    """

    name: str
    title: str
    asks: str
    axis: str
    series: Mapping[str, tuple[Point, ...]]
    notes: tuple[str, ...]
    measured: Mapping[str, Any]
    logarithmic: bool = False
    foretold: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "schema": SCHEMA,
            "study": self.name,
            "title": self.title,
            "asks": self.asks,
            "axis": self.axis,
            "series": {name: [point.to_dict() for point in points] for name, points in self.series.items()},
            "notes": list(self.notes),
            "measured": dict(self.measured),
            "logarithmic": self.logarithmic,
            "foretold": self.foretold,
        }


@dataclass(frozen=True)
class Bench:
    """A generator, and how large its studies are.

    Attributes:
        generator: whose keys are studied.
        encoder: sees pictures for Frechet distances.
        features: perceptual, for directions by design.
        strength: of keys by design, where a study does not vary it.
        bits: likewise.
        users: in the key book, where the code has room for so many.
        pictures: read in each condition.
        n: pictures of each set of a Frechet distance.
        seed: fixes all that is drawn.
        reader: how pictures are read.
        kept: folder of answers and distances, so that a study that was stopped goes on; None keeps none. It holds
            no bit of any key.
        kept_bases: likewise for bases, a private folder; None keeps them in memory.
        options: how pictures are encoded.
        progress: told about each picture that is read.
    """

    generator: LatentGenerator
    encoder: Encoder
    strength: float
    features: PerceptualFeatures | None = None
    bits: int = 32
    users: int = 1_000
    pictures: int = 60
    n: int = 1_000
    seed: int = 0
    reader: Reader = FAST
    kept: Path | None = None
    kept_bases: Path | None = None
    options: EncodeOptions = field(default_factory=EncodeOptions)
    progress: Progress = field(default_factory=Silent)

    def describe(self) -> dict[str, Any]:
        """Return what a result says of it."""
        return {
            "generator": self.generator.name,
            "generator_digest": self.generator.digest,
            "latent": self.generator.latent_dim,
            "encoder": self.encoder.name,
            "perceptual": None if self.features is None else self.features.name,
            "bits": self.bits,
            "users": self.users,
            "strength": self.strength,
            "pictures_read": self.pictures,
            "pictures_of_a_frechet_distance": self.n,
            "seed": self.seed,
            "reader": reader_settings(self.reader),
        }

    @cached_property
    def bases(self) -> StudyBases:
        """Bases of the generator, each made once."""
        return StudyBases(self.generator, self.features, self.kept_bases)

    @cached_property
    def designed(self) -> LatentBasis:
        """Directions by design, in the lattice."""
        return self.by_design(self.bits)

    def by_design(self, bits: int, coding: Coding = "lattice", *, seed: int | None = None) -> LatentBasis:
        """Return a basis by design; with another seed than the bench's, somebody else's."""
        seed = self.seed if seed is None else seed
        return self.bases.by_design(bits, strength=self.strength, coding=coding, seed=seed)

    def by_position(
        self, bits: int, strength: float, shift: int | None = None, coding: Coding = "published"
    ) -> LatentBasis:
        """Return a basis by position."""
        return self.bases.by_position(bits, strength=strength, shift=shift, coding=coding, seed=self.seed)

    def book(self, bits: int) -> KeyBook:
        """Return a key book: `users` of them, or as many as keys of so many bits have room for."""
        count = min(self.users, most_users(bits))
        return KeyBook.create(bits, users=[f"user {i}" for i in range(count)], room=count, seed=self.seed)

    def read(
        self,
        basis: LatentBasis,
        *,
        attack: Attack = ATTACKS["none"],
        known: bool = False,
        reader: Reader | None = None,
        pictures: int | None = None,
    ) -> ReadSummary:
        """Return how well keys of a basis are read."""
        seed = stage_seed(self.seed, "study: read")
        asked = Asked(pictures or self.pictures, seed, attack, known, reader or self.reader)
        found = read_back(
            self.generator, basis, self.book(basis.bits), asked, kept=self.kept, progress=self.progress
        )
        return summed_up(found, basis.bits)

    def quality(self, basis: LatentBasis) -> Quality:
        """Return what keys of a basis do to pictures."""
        seed = stage_seed(self.seed, "study: quality")
        return kept_quality(
            self.generator, basis, self.encoder, n=self.n, seed=seed, kept=self.kept, **self.options
        )
