"""How many pictures without a key were taken for somebody's: a rate that is observed, not foreseen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whorl.latent.deciding.matching import MatchingRule
from whorl.latent.deciding.threshold import least_matching

if TYPE_CHECKING:
    from whorl.latent.deciding.calibration import Calibration
    from whorl.latent.keys.key_book import KeyBook

COARSE = 0.1
"""A rate that a hundred readings can tell from a larger one."""
_CONFIDENCE = 0.95

Kind: TypeAlias = Literal["plain", "foreign"]


@dataclass(frozen=True)
class Observed:
    """Pictures without a key, held against a rule.

    The unit is the picture: it was read once, and is counted once, however many keys it is compared with. Keys say
    nothing more of a picture that is read, so pairs of readings and keys would make the interval too narrow.

    Attributes:
        kind: "plain" for the generator's own pictures, "foreign" for others.
        rate: at most so many should be accepted.
        readings: how many there are.
        accepted: how many of them the rule takes for a user's.
        low, high: exact 95 % interval of the share (Clopper and Pearson, Biometrika 26, 1934).
    """

    kind: Kind
    rate: float
    readings: int
    accepted: int
    low: float
    high: float

    @classmethod
    def of(cls, kind: Kind, rate: float, accepted: int, readings: int) -> Observed:
        """Count, with the interval.

        >>> found = Observed.of("plain", 0.001, 0, 100)
        >>> found.low, round(found.high, 3), found.too_many
        (0.0, 0.036, False)
        """
        from scipy.stats import binomtest

        interval = binomtest(accepted, readings).proportion_ci(_CONFIDENCE, method="exact")
        return cls(kind, rate, readings, accepted, float(interval.low), float(interval.high))

    @property
    def too_many(self) -> bool:
        """Whether the whole interval lies above the rate: the bound does not hold."""
        return self.low > self.rate

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self) | {"share": self.accepted / self.readings, "too_many": self.too_many}


def observed(rule: MatchingRule, kind: Kind, bits: NDArray[np.integer]) -> Observed:
    """Hold readings of pictures without a key, bits (N, n) with N of 1 or more, against a rule."""
    return Observed.of(kind, rule.rate, sum(rule.match(each).named for each in bits), len(bits))


def observed_with(book: KeyBook, rule: MatchingRule, calibration: Calibration) -> tuple[Observed, ...]:
    """Hold the readings of a calibration against a book: at its rate, and at one in ten.

    Few readings say little of a small rate: of 100 without one accepted, that it is below 3.6 %. One in ten they
    can tell, and whatever makes the bound wrong, bits that hang together above all, would show there too.

    Args:
        book: users and keys.
        rule: for that book.
        calibration: whose readings.
    """
    coarse = () if rule.rate >= COARSE else (MatchingRule.of(book, rate=COARSE, shares=rule.shares),)
    return tuple(
        observed(each, kind, bits)
        for each in (rule, *coarse)
        for kind, bits in calibration.without_key.items()
    )


def unluckiest(kind: Kind, bits: NDArray[np.integer], *, rate: float) -> Observed | None:
    """Count readings that would be taken for the one user whose key is read most often where there is none.

    The commonest value of each bit in every second reading is such a key. The others are held against it, and the
    other way round, with as many bits as fair coins would need for a single user. This takes no key book: a book
    drawn at random for the purpose would match any bits as coins do, and show nothing.

    Args:
        kind: of the pictures.
        bits: (N, n), N of 2 or more.
        rate: wanted for that user.

    Returns:
        None where keys are too short for the rate: all bits may match by chance.
    """
    needed = least_matching(bits.shape[1], 1, rate)
    if needed is None:
        return None
    halves = bits[::2], bits[1::2]
    accepted = 0
    for some, others in (halves, halves[::-1]):
        key = 2 * some.sum(axis=0) > len(some)
        accepted += int(((others == key).sum(axis=1) >= needed).sum())
    return Observed.of(kind, rate, accepted, len(bits))
