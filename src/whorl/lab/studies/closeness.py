"""Are things of one group nearer to each other than to others, and could chance have done it?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.errors import WhorlError
from whorl.fingerprints.similarity import Rule, alike
from whorl.lab.studies.groups import check_groups
from whorl.lab.studies.set_curves import SetCurve

_DEALS = 9_999
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Closeness:
    """Pairs within groups against pairs across them.

    Attributes:
        within, across: mean of either kind of pair.
        difference: within less across; positive where groups hold together, numbers being similarities.
        p_value: share of the dealings of the names whose difference is as large or larger.
        p_against: share of those whose difference is as small or smaller.
        least_p: the smallest that either can be.
        nearest: share of members whose most similar other one is of their group; over those with company.
    """

    within: float
    across: float
    difference: float
    p_value: float
    p_against: float
    least_p: float
    nearest: float


def similarities(curves: Sequence[SetCurve], rule: Rule) -> NDArray[np.float64]:
    """Return how alike each two curves are, (N, N), from the second layer on as in the paper.

    Layers at which any of them has no number are left out of all, so that all pairs are compared alike.

    Raises:
        WhorlError: no layer is left.
    """
    values = np.array([curve.values for curve in curves])
    values = values[:, 1:] if values.shape[1] > 1 else values
    kept = values[:, np.isfinite(values).all(axis=0)]
    if not kept.shape[1]:
        raise WhorlError("there is no layer at which every set has a C_T, so curves cannot be compared.")
    return np.array([[alike(a, b, rule) for b in kept] for a in kept])


def closeness(similar: NDArray[np.float64], groups: Sequence[str], *, seed: int = 0) -> Closeness:
    """Compare pairs within groups with pairs across them, by dealing the names anew.

    All dealings are tried where there are fewer than 10,000, else so many at random.

    Args:
        similar: (N, N), symmetric; the diagonal does not count.
        groups: N names; at least one group with two members, and two groups.
        seed: fixes the dealings.

    Raises:
        WhorlError: see `check_groups`.

    >>> similar = np.array([[1, 0.9, 0.1, 0.1], [0.9, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.9], [0.1, 0.1, 0.9, 1]])
    >>> found = closeness(similar, ["a", "a", "b", "b"])
    >>> round(found.difference, 3), found.nearest, round(found.p_value, 3), round(found.least_p, 3)
    (0.8, 1.0, 0.333, 0.333)
    """
    check_groups(groups)
    names = np.unique(np.array(groups), return_inverse=True)[1]
    upper = np.triu(np.ones(similar.shape, bool), 1)
    within, across = _means(similar, upper, names)
    observed = within - across
    dealt = np.array([np.subtract(*_means(similar, upper, deal)) for deal in _dealings(names, seed)])
    # Equal up to rounding counts as equal: a dealing may only rename the groups.
    as_large = int((dealt >= observed - _ROUNDING).sum())
    as_small = int((dealt <= observed + _ROUNDING).sum())
    count = len(dealt)
    return Closeness(
        within,
        across,
        observed,
        as_large / count,
        as_small / count,
        _least(names, count),
        _nearest(similar, names),
    )


def _dealings(names: NDArray[np.int64], seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield every dealing of the names, or the one at hand and 9,999 random ones."""
    if _number(names) <= _DEALS:
        yield from map(np.array, _every(Counter(names.tolist())))
        return
    rng = np.random.default_rng(seed)
    yield names
    for _ in range(_DEALS):
        yield rng.permutation(names)


def _every(left: Counter[int]) -> Iterator[tuple[int, ...]]:
    """Yield each order of names once, of which so many are left."""
    if not left.total():
        yield ()
        return
    for name in [name for name, count in left.items() if count]:
        left[name] -= 1
        for rest in _every(left):
            yield (name, *rest)
        left[name] += 1


def _number(names: NDArray[np.int64]) -> int:
    counts = np.bincount(names).tolist()
    return math.factorial(len(names)) // math.prod(map(math.factorial, counts))


def _least(names: NDArray[np.int64], dealings: int) -> float:
    """Return the share of dealings that only rename groups of one size."""
    sizes = Counter(np.bincount(names).tolist())
    return max(math.prod(map(math.factorial, sizes.values())) / _number(names), 1 / dealings)


def _means(
    similar: NDArray[np.float64], upper: NDArray[np.bool_], names: NDArray[np.int64]
) -> tuple[float, float]:
    same = names[:, None] == names[None, :]
    return float(similar[upper & same].mean()), float(similar[upper & ~same].mean())


def _nearest(similar: NDArray[np.float64], names: NDArray[np.int64]) -> float:
    others = np.where(np.eye(len(names), dtype=bool), -np.inf, similar)
    company = np.bincount(names)[names] > 1
    right = names[others.argmax(axis=1)] == names
    return float(right[company].mean())
