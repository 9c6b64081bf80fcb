"""Marked pictures read back: how many bits are right, how many pictures, at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from whorl.embeddings.progress import Progress
from whorl.kept import Kept
from whorl.latent.answers import rule_for
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.deciding.decision import FALSE_ACCEPT_RATE, decide
from whorl.latent.deciding.matching import MatchingRule
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.mark import mark
from whorl.latent.reading.newton import NewtonReader
from whorl.latent.reading.published import PublishedReader
from whorl.latent.studies.attacks import Attack

Reader = NewtonReader | PublishedReader

FAST = NewtonReader()


@dataclass(frozen=True)
class ReadBack:
    """One marked picture, read.

    Attributes:
        wrong: how many bits are wrong.
        right_user: whether the answer is its user.
        other_user: whether it is another one.
        passes: of the generator.
        residual: in grey levels.
        predicted: predicted share of wrong bits; None where the reader does not say.
    """

    wrong: int
    right_user: bool
    other_user: bool
    passes: int
    residual: float
    predicted: float | None


@dataclass(frozen=True)
class Asked:
    """What is done to each picture before it is read, and how.

    Attributes:
        pictures: how many.
        seed: fixes latents and users.
        attack: what happens on the way.
        known: whether the reader is told.
        reader: how it is read.
        rate: see `decide`.
    """

    pictures: int
    seed: int
    attack: Attack
    known: bool = False
    reader: Reader = FAST
    rate: float = FALSE_ACCEPT_RATE

    def decided_by(self) -> dict[str, Any]:
        """Return JSON values that are equal where the answers are."""
        return {
            "seed": self.seed,
            "attack": self.attack.name,
            "known": self.known,
            "reader": reader_settings(self.reader),
            "rate": self.rate,
        }


def reader_settings(reader: Reader) -> dict[str, Any]:
    """Return JSON values that are equal where two readers read alike; what they look through is not among them."""
    numbers = {name: value for name, value in vars(reader).items() if name not in ("through", "features")}
    features = reader.features if isinstance(reader, PublishedReader) else None
    return {
        "kind": type(reader).__name__,
        **numbers,
        "features": None if features is None else [features.name, features.digest],
    }


def basis_settings(basis: LatentBasis) -> dict[str, Any]:
    """Return JSON values that are equal where keys are put in and looked for alike, and hold nothing of them."""
    start = basis.start
    return {
        "basis": basis.digest,
        "start": None if start is None else [start.pictures, start.explained],
    }


def read_back(
    generator: LatentGenerator,
    basis: LatentBasis,
    book: KeyBook,
    asked: Asked,
    *,
    kept: Path | None = None,
    progress: Progress,
) -> list[ReadBack]:
    """Mark pictures for users drawn at random, change them, and read them; picture by picture, kept as it goes.

    Args:
        generator: draws and is asked.
        basis: where the keys go.
        book: at least one user.
        asked: what is done.
        kept: folder of answers, which hold no key; None keeps none.
        progress: advanced by 1 for each picture.
    """
    users = np.random.default_rng((asked.seed, 7)).integers(0, len(book), asked.pictures)
    reader = replace(asked.reader, through=asked.attack.known if asked.known else None)
    rule = rule_for(basis, book, rate=asked.rate)
    answers: Kept[ReadBack] = Kept(kept, asdict, _from_json, "Leave the folder out to keep none.")
    found = []
    for place, user in enumerate(users):
        decided = {
            **basis_settings(basis),
            "user": book.users[user],
            "bits": book.bits,
            "users": len(book),
            "place": place,
            **asked.decided_by(),
        }
        find = partial(_read_one, generator, basis, book, asked, reader, rule, place, int(user))
        found.append(answers.get_or_find(decided, find))
        progress.advance(1)
    return found


def _read_one(
    generator: LatentGenerator,
    basis: LatentBasis,
    book: KeyBook,
    asked: Asked,
    reader: Reader,
    rule: MatchingRule,
    place: int,
    user: int,
) -> ReadBack:
    name = book.users[user]
    key = book.key(name)
    pictures = mark(generator, basis, key, 1, seed=asked.seed, start=place).pictures
    picture = asked.attack.change(pictures, asked.seed + place)[0]
    reading = reader.read(generator, basis, picture)
    decision = decide(reading, book, rule=rule)
    named = decision.user
    return ReadBack(
        int((reading.bits != key).sum()),
        named == name,
        named is not None and named != name,
        reading.passes,
        reading.residual,
        float(reading.wrong.mean()) if np.isfinite(reading.deviations).all() else None,
    )


def _from_json(values: Mapping[str, Any]) -> ReadBack:
    return ReadBack(**values)
