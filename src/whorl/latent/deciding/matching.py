"""How many bits of each user's key must match, where bits of pictures without a key are no fair coins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.latent.deciding.threshold import chance, least_matching
from whorl.latent.keys.key_book import KeyBook

_ROWS = 10_000


@dataclass(frozen=True)
class Needed:
    """How many bits are needed, in a few numbers that tell nothing of a key.

    Attributes:
        coins: matching bits that would be enough, were bits of pictures without a key fair coins; None where no
            number is.
        least, most: of the users that can be named; None where nobody can.
        raised: users who need more than `coins`, or cannot be named though `coins` is a number.
        never: users for whom no number is enough.
    """

    coins: int | None
    least: int | None
    most: int | None
    raised: int
    never: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Match:
    """The user nearest to a reading.

    Attributes:
        user: place in the book.
        matching: how many bits are theirs.
        needed: how many they need; None where no number is enough.
        tied: whether somebody else's key matches as well.
    """

    user: int
    matching: int
    needed: int | None
    tied: bool

    @property
    def enough(self) -> bool:
        """Whether as many bits match as are needed, by whomever else."""
        return self.needed is not None and self.matching >= self.needed

    @property
    def named(self) -> bool:
        """Whether the user is named."""
        return self.enough and not self.tied


@dataclass(frozen=True, eq=False, repr=False)
class MatchingRule:
    """What a reading is held against: keys, and how many bits of each are enough.

    A user is enough alike at t_u matching bits, the least number with U P(M_u >= t_u) <= rate for U users, so
    that over all of them a share `rate` of pictures without a key at most is taken for anybody's (union bound).
    M_u is how many bits a picture without a key has in common with that user's key. Three kinds of pictures
    without a key are thought of, and each has to keep to the rate by itself: those whose bits are fair coins
    (M_u is binomial), and those whose bit i is 1 with a share p_i, by what a basis foresees or a calibration has
    read. There bit i matches with p_i where the key has a 1 and 1 - p_i where it has a 0, and M_u is
    Poisson-binomial: a key that looks like what is read where there is none needs more bits than others. Bits are
    taken for independent; `whorl.latent.deciding.observed` holds that against the readings.

    The rate of coins is not wrong on the average over key books: a key drawn at random matches *any* bits as coins
    do. But for one book, the one that is used, biased bits make it all or nothing.

    Attributes:
        keys: uint8 (U, n).
        rate: wanted share of pictures without a key that are taken for anybody's.
        shares: of each further kind of picture without a key, float64 (n,), how often each bit is 1.
        coins: see `Needed`.
        needed: int64 (U,), n + 1 where no number is enough.
    """

    keys: NDArray[np.uint8]
    rate: float
    shares: tuple[NDArray[np.float64], ...]
    coins: int | None
    needed: NDArray[np.int64]

    @classmethod
    def of(cls, book: KeyBook, *, rate: float, shares: Sequence[NDArray[np.float64]] = ()) -> MatchingRule:
        """Return the rule for a book.

        Args:
            book: users and keys; one or more.
            rate: see above.
            shares: see above; none for fair coins alone.

        Raises:
            ScoreError: a rate that is none, shares of another length.
        """
        if any(each.shape != (book.bits,) for each in shares):
            raise ScoreError(
                f"a share for each of {book.bits} bits is expected; got {[each.shape for each in shares]}."
            )
        keys, n = book.keys, book.bits
        coins = least_matching(n, len(keys), rate)
        needed = np.full(len(keys), n + 1 if coins is None else coins, dtype=np.int64)
        for ones in shares:
            for first in range(0, len(keys), _ROWS):
                some = slice(first, first + _ROWS)
                # Tails fall with t, so those that are too large come before the first that is not.
                short = (len(keys) * tails(keys[some], ones) > rate).sum(axis=1)
                needed[some] = np.maximum(needed[some], short)
        return cls(keys, rate, tuple(shares), coins, needed)

    def match(self, bits: NDArray[np.integer]) -> Match:
        """Return the user nearest to bits (n,) that were read."""
        same = (self.keys == bits).sum(axis=1)
        best = int(same.argmax())
        enough = int(self.needed[best])
        return Match(
            best,
            int(same[best]),
            enough if enough <= len(bits) else None,
            int((same == same[best]).sum()) > 1,
        )

    def chance(self, found: Match) -> float:
        """Return a bound on the share of pictures without a key that match anybody as unlikely as this."""
        users, n = self.keys.shape
        key = self.keys[found.user][None]
        biased = [users * float(tails(key, ones)[0, found.matching]) for ones in self.shares]
        return float(min(1.0, max([chance(n, users, found.matching), *biased])))

    def told(self) -> Needed:
        """Return what may be told of it."""
        n = self.keys.shape[1]
        can = self.needed[self.needed <= n]
        raised = 0 if self.coins is None else int((self.needed > self.coins).sum())
        least, most = (int(can.min()), int(can.max())) if len(can) else (None, None)
        return Needed(self.coins, least, most, raised, len(self.needed) - len(can))


def tails(keys: NDArray[np.integer], ones: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return P(M_u >= t) for t = 0 .. n, float64 (U, n + 1); M_u: matching bits, each with its own chance.

    The Poisson-binomial distribution, by adding one bit after another: P_i(m) = P_{i-1}(m) (1 - q_i) +
    P_{i-1}(m - 1) q_i, all terms positive, so that tails keep their digits however small they are.

    Args:
        keys: (U, n), of 0 and 1.
        ones: (n,), chance that each bit is read as 1.

    >>> tails(np.array([[1, 0]]), np.array([0.9, 0.2])).round(2)
    array([[1.  , 0.98, 0.72]])
    """
    matches = np.where(keys == 1, ones, 1 - ones)
    users, n = matches.shape
    found = np.zeros((users, n + 1))
    found[:, 0] = 1
    for place in range(n):
        q = matches[:, place : place + 1]
        found[:, 1:] = found[:, 1:] * (1 - q) + found[:, :-1] * q
        found[:, :1] *= 1 - q
    return np.asarray(np.minimum(found[:, ::-1].cumsum(axis=1)[:, ::-1], 1.0))
