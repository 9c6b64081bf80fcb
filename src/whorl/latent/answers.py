"""Whose copies of a generator made some pictures: every picture read, and every answer."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.progress import Progress, progress_for
from whorl.images.contract import ImageSource
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.deciding.decision import FALSE_ACCEPT_RATE, Decision, check_book, decide
from whorl.latent.deciding.matching import MatchingRule, Needed
from whorl.latent.deciding.observed import Observed, observed_with
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.reading.contract import Reader
from whorl.latent.reading.newton import NewtonReader
from whorl.latent.reading.seen import check_sizes


@dataclass(frozen=True, eq=False)
class KeyAnswer:
    """The answer for one picture.

    Attributes:
        id: the picture's name.
        decision: the answer and what it rests on.
        passes: how often the generator was run for it.
        starts: how many starts were tried.
        seconds: how long that took.
        bits: uint8 (n,), as they were read; where they are a user's, a secret.
    """

    id: str
    decision: Decision
    passes: int
    starts: int
    seconds: float
    bits: NDArray[np.uint8] = field(repr=False)

    def to_dict(self, *, bits: bool = False) -> dict[str, Any]:
        """Return it as JSON values; the bits as 0s and 1s where they are asked for."""
        told = {
            "id": self.id,
            **self.decision.to_dict(),
            "passes": self.passes,
            "starts": self.starts,
            "seconds": round(self.seconds, 3),
        }
        # "bits" is how many there are.
        return told | {"read": "".join(map(str, self.bits))} if bits else told


@dataclass(frozen=True, eq=False)
class KeyAnswers:
    """The answers for some pictures.

    Attributes:
        source: the pictures' own name.
        found: an answer for each.
        users: how many the book has.
        bits: length of the keys.
        rate: wanted share of pictures without a key that are taken for some user's.
        calibrated: whether "marked but unknown" can be an answer.
        needed: how many matching bits are enough.
        observed: pictures without a key that the basis' calibration has read, held against this book; empty where
            no calibration holds.
    """

    source: str
    found: tuple[KeyAnswer, ...]
    users: int
    bits: int
    rate: float
    calibrated: bool
    needed: Needed
    observed: tuple[Observed, ...] = ()

    @property
    def answered(self) -> dict[str, int]:
        """How many pictures had each answer, users by name, the most frequent first."""
        counts = Counter(each.decision.user or each.decision.answer for each in self.found)
        return dict(counts.most_common())

    def to_dict(self) -> dict[str, Any]:
        """Return what holds for all pictures as JSON values."""
        kinds = Counter(each.decision.answer for each in self.found)
        return {
            "source": self.source,
            "pictures": len(self.found),
            "answers": dict(kinds),
            "users": dict(
                Counter(each.decision.user for each in self.found if each.decision.user is not None)
            ),
            "book": {"users": self.users, "bits": self.bits},
            "rate": self.rate,
            "calibrated": self.calibrated,
            "needed": self.needed.to_dict(),
            "observed": [each.to_dict() for each in self.observed],
        }


def rule_for(basis: LatentBasis, book: KeyBook, *, rate: float = FALSE_ACCEPT_RATE) -> MatchingRule:
    """Return how many bits of each key must match, by what basis and calibration say of pictures without one."""
    measured = () if basis.calibration is None else basis.calibration.shares
    return MatchingRule.of(book, rate=rate, shares=(basis.plain_ones, *measured))


def read_pictures(
    pictures: ImageSource,
    generator: LatentGenerator,
    basis: LatentBasis,
    book: KeyBook,
    *,
    rate: float = FALSE_ACCEPT_RATE,
    reader: Reader | None = None,
    progress: bool | Progress = False,
) -> KeyAnswers:
    """Read pictures one after another, and say whose key each carries.

    Args:
        pictures: of the generator's size.
        generator: that the basis was made for.
        basis: that keys were put in with.
        book: users and keys.
        rate: see `decide`.
        reader: None for the default one. The thresholds of the basis' calibration hold for that one alone; bits
            that it read in pictures without a key count in any case, for they can but raise what is needed.
        progress: True shows it on stderr.

    Raises:
        ImageError: a picture cannot be decoded.
        ScoreError: a picture of another size, a book of another length or without users, a rate that is none.
        StorageError: another generator than the basis was made for.
    """
    basis.expect(generator)
    check_book(book, basis.bits)
    rule = rule_for(basis, book, rate=rate)
    calibration = basis.calibration if reader is None else None
    reader = reader or NewtonReader()
    check_sizes(generator, pictures, reader.through)
    shown = progress_for(progress)
    shown.begin(f"read {pictures.name}", len(pictures), 0)
    found = []
    try:
        for place, name in enumerate(pictures.ids):
            began = time.perf_counter()
            reading = reader.read(generator, basis, pictures[place])
            answer = decide(reading, book, rate=rate, calibration=calibration, rule=rule)
            seconds = time.perf_counter() - began
            found.append(KeyAnswer(name, answer, reading.passes, reading.starts, seconds, reading.bits))
            shown.advance(1)
    finally:
        shown.end()
    return KeyAnswers(
        pictures.name,
        tuple(found),
        len(book),
        book.bits,
        rate,
        calibration is not None,
        rule.told(),
        () if calibration is None else observed_with(book, rule, calibration),
    )
