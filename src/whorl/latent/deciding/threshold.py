"""How many bits must agree, for many users at once."""

from __future__ import annotations

from whorl.errors import ScoreError


def least_matching(bits: int, users: int, rate: float) -> int | None:
    """Return the least number of matching bits at which chance accepts at most at a rate; None if even all do not.

    The bits of a picture without a key are taken for fair coins: the chance that some one of the users has `t` or
    more bits in common with it is at most users * P(Binomial(bits, 1/2) >= t) (union bound; exact binomial). They
    are no fair coins for certain: `whorl.latent.deciding.matching` asks for more bits where they are not.

    Args:
        bits: length of the keys.
        users: how many keys are compared with.
        rate: wanted share of pictures without a key that are accepted for any of them.

    Raises:
        ScoreError: a number that makes no sense.

    >>> least_matching(64, 1, 1e-6), least_matching(64, 10**6, 1e-6)
    (51, 59)
    >>> least_matching(16, 1000, 0.01) is None  # 1000 / 2^16 is 1.5 %
    True
    """
    from scipy.stats import binom

    check_rate(rate)
    if bits < 1 or users < 1:
        raise ScoreError(f"bits and users are 1 or more; got {bits}, {users}.")
    for least in range(bits + 1):
        if users * float(binom.sf(least - 1, bits, 0.5)) <= rate:
            return least
    return None


def chance(bits: int, users: int, least: int) -> float:
    """Return the union bound on the share of fair coins that match some user in `least` bits or more."""
    from scipy.stats import binom

    return min(1.0, users * float(binom.sf(least - 1, bits, 0.5)))


def check_rate(rate: float) -> None:
    """Refuse a rate that is none.

    Raises:
        ScoreError: it does not lie between 0 and 1.
    """
    if not 0 < rate < 1:
        raise ScoreError(f"the rate lies between 0 and 1; got {rate}.")
