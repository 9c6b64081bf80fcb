"""The values of a design choice dealt to the models anew: what clusters would agree with by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Dealings:
    """Ways to give M models the same values in another order.

    Attributes:
        codes: int64 (B, M), values as numbers from 0 on; row 0 is the truth.
        every: whether these are all different ways there are, each once. Else row 0 is the truth and the others
            are drawn at random.
        least_p: the smallest p-value that can come out. Exchanging two values that equally many models have
            changes no division of the models, so the truth has as many doubles.
    """

    codes: NDArray[np.int64]
    every: bool
    least_p: float


def dealings(codes: NDArray[np.int64], *, most: int, seed: int) -> Dealings:
    """Deal the values in all different ways where there are at most `most` + 1, else `most` times at random.

    Args:
        codes: int64 (M,), each model's value.
        most: how many random ones.
        seed: fixes those.

    >>> found = dealings(np.array([0, 0, 0, 1, 1, 1]), most=9999, seed=0)
    >>> len(found.codes), found.every, found.least_p
    (20, True, 0.1)
    """
    counts = Counter(codes.tolist())
    ways = factorial(len(codes)) // prod(factorial(count) for count in counts.values())
    doubles = prod(factorial(count) for count in Counter(counts.values()).values())
    if ways <= most + 1:
        rows = np.array(list(_different(dict(counts), len(codes))), dtype=np.int64)
        true = int((rows == codes).all(axis=1).argmax())
        rows[[0, true]] = rows[[true, 0]]
        return Dealings(rows, every=True, least_p=doubles / ways)
    rng = np.random.default_rng(np.random.SeedSequence((seed, *codes.tolist())))
    drawn = rng.permuted(np.tile(codes, (most, 1)), axis=1)
    least = max(1 / (most + 1), doubles / ways)
    return Dealings(np.concatenate([codes[None], drawn]), every=False, least_p=least)


def _different(left: dict[int, int], length: int) -> Iterator[tuple[int, ...]]:
    if not length:
        yield ()
        return
    for value, count in left.items():
        if count:
            rest = left | {value: count - 1}
            yield from ((value, *others) for others in _different(rest, length - 1))
