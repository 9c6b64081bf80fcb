"""Whose a forged or washed picture is taken for, picture by picture, kept without a bit of any key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.progress import Progress
from whorl.kept import Kept
from whorl.latent.answers import rule_for
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.deciding.decision import FALSE_ACCEPT_RATE, decide
from whorl.latent.deciding.matching import MatchingRule
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.studies.asked import Reader, basis_settings, reader_settings


@dataclass(frozen=True, eq=False)
class Forged:
    """What an attacker made.

    Attributes:
        picture: uint8 (H, W, 3).
        before: the picture that it was made of, uint8 (H, W, 3); None where it is a new one.
    """

    picture: NDArray[np.uint8]
    before: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Taken:
    """The answer to one.

    Attributes:
        victim: whether it is the victim.
        anybody: whether it is a user at all.
        passes: of the generator, for the answer.
        change: root mean square difference from the picture that it was made of, in grey levels; None for a new
            one.
    """

    victim: bool
    anybody: bool
    passes: int
    change: float | None


@dataclass(frozen=True, eq=False)
class Judge:
    """Reads pictures and names users, as `whorl latent read` does.

    Attributes:
        generator, basis, book: of the one who gave out the keys.
        victim: whose pictures are forged or washed.
        reader: how pictures are read.
        seed: of the study.
        kept: folder of answers; None keeps none.
        progress: advanced by 1 for each answer.
        rate: see `decide`.
    """

    generator: LatentGenerator
    basis: LatentBasis
    book: KeyBook
    victim: str
    reader: Reader
    seed: int
    kept: Path | None
    progress: Progress
    rate: float = FALSE_ACCEPT_RATE

    def answers(
        self, attack: str, count: int, make: Callable[[int], Forged], *, told: Mapping[str, Any]
    ) -> list[Taken]:
        """Return the answers to what an attacker makes, which is made only where no answer is kept.

        Args:
            attack: its name.
            count: how many pictures.
            make: makes number i.
            told: JSON values that decide what is made, beside the study's seed.
        """
        kept: Kept[Taken] = Kept(self.kept, asdict, _from_json, "Leave the folder out to keep none.")
        found = []
        for place in range(count):
            decided = {
                "what": "forging",
                "attack": attack,
                **told,
                **basis_settings(self.basis),
                "victim": self.victim,
                "bits": self.book.bits,
                "users": len(self.book),
                "reader": reader_settings(self.reader),
                "rate": self.rate,
                "seed": self.seed,
                "place": place,
            }
            found.append(kept.get_or_find(decided, partial(self._answer, make, place)))
            self.progress.advance(1)
        return found

    @cached_property
    def _rule(self) -> MatchingRule:
        return rule_for(self.basis, self.book, rate=self.rate)

    def _answer(self, make: Callable[[int], Forged], place: int) -> Taken:
        made = make(place)
        reading = self.reader.read(self.generator, self.basis, made.picture)
        user = decide(reading, self.book, rule=self._rule).user
        change = None
        if made.before is not None:
            change = float(np.sqrt(((made.picture.astype(float) - made.before) ** 2).mean()))
        return Taken(user == self.victim, user is not None, reading.passes, change)


def _from_json(values: Mapping[str, Any]) -> Taken:
    return Taken(**values)
