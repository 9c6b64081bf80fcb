"""Whose copy made this picture?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from whorl.errors import ScoreError
from whorl.latent.deciding.calibration import Calibration, undecided
from whorl.latent.deciding.matching import MatchingRule
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.reading.reading import Reading

FALSE_ACCEPT_RATE = 1e-3

Answer: TypeAlias = Literal["user", "marked but unknown", "no match"]


@dataclass(frozen=True)
class Decision:
    """The answer for one picture.

    Attributes:
        answer: "user"; "marked but unknown" for a picture that carries a key of nobody in the book; "no match".
        user: whose key it is; None unless the answer is "user".
        nearest: the user whose key has most bits in common with the picture's, whatever the answer.
        matching: how many.
        needed: how many that user needs; None where no number of bits would do.
        bits: of the keys.
        chance: bound on the share of pictures without a key that would match any user as unlikely as this.
        residual: of the reading, in grey levels.
        possible: whether the generator can have made the picture, going by the residual; None without calibration.
        undecided: see `whorl.latent.deciding.calibration.undecided`.
        why: the answer in a sentence.
    """

    answer: Answer
    user: str | None
    nearest: str
    matching: int
    needed: int | None
    bits: int
    chance: float
    residual: float
    possible: bool | None
    undecided: float
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def check_book(book: KeyBook, bits: int) -> None:
    """Refuse a key book that cannot answer for a basis of so many bits.

    Raises:
        ScoreError: keys of another length, or no users.
    """
    if book.bits != bits:
        raise ScoreError(
            f"keys of this book have {book.bits} bits, and the basis reads {bits}: it belongs to another basis."
        )
    if not len(book):
        raise ScoreError("the key book has no users yet; add some with 'whorl latent keys add'.")


def decide(
    reading: Reading,
    book: KeyBook,
    *,
    rate: float = FALSE_ACCEPT_RATE,
    calibration: Calibration | None = None,
    rule: MatchingRule | None = None,
) -> Decision:
    """Say whose key a reading is, if anybody's.

    A user is named where enough bits match for the number of users and the wanted rate (see `MatchingRule`), and
    no other user's match as well. The residual decides nothing about a user: a picture that was changed on its
    way leaves one too. It says whether a picture that matches nobody can be the generator's at all, and then the
    distance of its bits from 0 and 1 whether it carries a key.

    Args:
        reading: of the picture.
        book: users and keys.
        rate: wanted share of pictures without a key that are taken for some user's.
        calibration: of this basis and reader; without it nothing is "marked but unknown".
        rule: of this book and rate, where many pictures are decided; None makes one for fair coins and, with a
            calibration, for the bits that it read in pictures without a key.

    Raises:
        ScoreError: a key book of another length, or without users.
    """
    check_book(book, len(reading.soft))
    if rule is None:
        rule = MatchingRule.of(book, rate=rate, shares=() if calibration is None else calibration.shares)
    found = rule.match(reading.bits)
    matching, needed, name = found.matching, found.needed, book.users[found.user]
    possible = None if calibration is None else bool(reading.residual <= calibration.residual)
    loose = undecided(reading)
    answer: Answer = "no match"
    nearest = f"{matching} of {book.bits} bits are {name}'s"
    if found.enough and found.tied:
        why = f"{matching} of {book.bits} bits match, but those of several users equally well."
    elif found.named:
        answer = "user"
        why = f"{nearest}; among {len(book):,} users {needed} are enough."
        if possible is False:
            why += f" {reading.residual:.2f} grey levels are left: the picture was changed on its way."
    elif rule.coins is None:
        why = (
            f"{nearest}, but keys of {book.bits} bits are too short to tell {len(book):,} users from chance at a "
            f"rate of {rule.rate:g}."
        )
    elif needed is None:
        why = (
            f"{nearest}, but pictures without a key are read like that key too often to name {name} at a rate of "
            f"{rule.rate:g}."
        )
    elif possible and calibration is not None and loose <= calibration.undecided:
        answer = "marked but unknown"
        why = (
            "The generator can have made it, and its bits are as decided as a key's, but they match nobody here "
            f"closely enough: {nearest}, and {needed} are needed."
        )
    elif possible is False:
        why = f"The generator cannot have made it as it is: {reading.residual:.2f} grey levels are left."
    else:
        why = f"Only {matching} of {book.bits} bits match anybody, where {needed} are needed."
    return Decision(
        answer,
        name if answer == "user" else None,
        name,
        matching,
        needed,
        book.bits,
        rule.chance(found),
        reading.residual,
        possible,
        loose,
        why,
    )
