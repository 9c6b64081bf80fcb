"""What readings of pictures without a key look like, and of pictures that the generator made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.latent.deciding.plain_bits import coins, lopsided, shares_of
from whorl.latent.reading.reading import Reading

if TYPE_CHECKING:
    from whorl.latent.deciding.observed import Kind

LEAST = 20
_SLACK = 1.5


@dataclass(frozen=True, eq=False)
class Calibration:
    """Thresholds learned from readings, and the bits that were read where there is no key.

    Whoever has those bits, and the pictures' latents, learns of the directions: they are kept with the basis and
    told nowhere, in numbers that count them at most.

    Attributes:
        residual: grey levels; what leaves more cannot be made by the generator, as far as the reader can tell.
        undecided: mean distance of a reading's bits from the nearer of 0 and 1; a keyed picture has less, and so
            have few pictures without a key. Bits that say nothing have 1/4 on average.
        own: how many pictures with a key it was learned from.
        foreign_passed: how many foreign pictures leave less than `residual`.
        plain_bits: uint8 (N, n), read in pictures by the generator without a key.
        foreign_bits: uint8 (M, n), read in real pictures and those of other generators.
    """

    residual: float
    undecided: float
    own: int
    foreign_passed: int
    plain_bits: NDArray[np.uint8] = field(repr=False)
    foreign_bits: NDArray[np.uint8] = field(repr=False)

    def __post_init__(self) -> None:
        shapes = self.plain_bits.shape, self.foreign_bits.shape
        if any(len(each) != 2 for each in shapes) or shapes[0][1] != shapes[1][1]:
            raise ScoreError(
                f"bits of a calibration are rows of one length; got {shapes[0]} and {shapes[1]}."
            )

    @property
    def plain(self) -> int:
        """How many pictures by the generator without a key were read."""
        return len(self.plain_bits)

    @property
    def foreign(self) -> int:
        """How many real and foreign pictures were read."""
        return len(self.foreign_bits)

    @property
    def without_key(self) -> dict[Kind, NDArray[np.uint8]]:
        """Bits read in pictures without a key by where these come from, where there are any."""
        both: dict[Kind, NDArray[np.uint8]] = {"plain": self.plain_bits, "foreign": self.foreign_bits}
        return {kind: bits for kind, bits in both.items() if len(bits)}

    @property
    def shares(self) -> tuple[NDArray[np.float64], ...]:
        """How often each bit is 1 in either kind of pictures without a key, as far as is known."""
        return tuple(shares_of(bits) for bits in self.without_key.values())

    @classmethod
    def fit(
        cls,
        own: Sequence[Reading],
        *,
        plain: Sequence[Reading] = (),
        foreign: Sequence[Reading] = (),
        rate: float = 0.01,
    ) -> Calibration:
        """Learn thresholds.

        Args:
            own: readings of pictures with keys, by the generator.
            plain: of pictures by the generator without a key.
            foreign: of real pictures and those of other generators.
            rate: share of `own` that may be refused by either threshold, where nothing else bounds it, and of
                `plain` that may be as decided as a key.

        Raises:
            ScoreError: too few readings of pictures with keys.
        """
        if len(own) < LEAST:
            raise ScoreError(f"a calibration takes {LEAST} readings of pictures with keys; got {len(own)}.")
        made = float(np.quantile([each.residual for each in own], 1 - rate))
        nearest = min((each.residual for each in foreign), default=np.inf)
        # Between own and foreign pictures, nearer to the own in ratio where there is room.
        residual = float(min(_SLACK * made, max(made, np.sqrt(made * nearest))))
        keyed = float(np.quantile([undecided(each) for each in own], 1 - rate))
        loose = float(np.quantile([undecided(each) for each in plain], rate)) if plain else 0.25
        passed = sum(each.residual <= residual for each in foreign)
        # Rather miss a key of nobody's than find one where there is none: the pictures without a key decide.
        n = len(own[0].soft)
        return cls(residual, min(_SLACK * keyed, loose), len(own), passed, _bits(plain, n), _bits(foreign, n))

    def to_dict(self) -> dict[str, Any]:
        """Return as JSON values what may be told: numbers, and no bit."""
        told: dict[str, Any] = {
            "residual": self.residual,
            "undecided": self.undecided,
            "own": self.own,
            "plain": self.plain,
            "foreign": self.foreign,
            "foreign_passed": self.foreign_passed,
        }
        for kind, bits in self.without_key.items():
            ones = shares_of(bits)
            told[f"{kind}_bits"] = {"worth_coins": coins(ones), "lopsided": lopsided(ones)}
        return told


def undecided(reading: Reading) -> float:
    """Return the mean distance of a reading's bits from the nearer of 0 and 1.

    >>> quarter = Reading(np.array([0.25, 1.0]), np.zeros(2), np.zeros(2), 0.3, 1, 1)
    >>> undecided(quarter)
    0.125
    """
    return float(np.abs(reading.soft - reading.bits).mean())


def _bits(readings: Sequence[Reading], n: int) -> NDArray[np.uint8]:
    return np.array([each.bits for each in readings], dtype=np.uint8).reshape(-1, n)
