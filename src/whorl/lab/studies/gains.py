"""By how much one method is more often right than another, architecture by architecture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.outcomes import Outcome

_RESAMPLES = 2_000
_MOST_EXACT = 13


@dataclass(frozen=True)
class Gain:
    """A difference of accuracies on the same queries.

    Runs of one architecture are each other's known sets, so it is architectures that are independent: the
    interval draws them anew, and the tests turn their signs.

    Attributes:
        value: mean over architectures.
        low, high: 95 % interval.
        p_above: of a one-sided test that it lies above `-margin`.
        p_below: that it lies below.
    """

    value: float
    low: float
    high: float
    p_above: float
    p_below: float


def gain_of(
    mine: Sequence[Outcome], others: Sequence[Outcome], *, margin: float = 0.0, seed: int = 0
) -> Gain:
    """Compare answers to the same queries.

    Args:
        mine: of one method, or on one Reference.
        others: of the other.
        margin: how much worse still counts as equal.
        seed: fixes the interval's draws, and the signs where there are too many architectures to try all.
    """
    theirs = {_query(each): each.right for each in others}
    found: dict[str, list[float]] = defaultdict(list)
    for each in mine:
        if _query(each) in theirs:
            found[each.architecture].append(float(each.right) - float(theirs[_query(each)]))
    gains = np.array([np.mean(held) for held in found.values()])
    rng = np.random.default_rng(seed)
    drawn = rng.choice(gains, (_RESAMPLES, len(gains))).mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    above, below = _signs_turned(gains + margin, rng)
    return Gain(float(gains.mean()), float(low), float(high), above, below)


def _signs_turned(gains: NDArray[np.float64], rng: np.random.Generator) -> tuple[float, float]:
    """Return how often a sum with random signs is as large, and as small, as the one at hand."""
    if len(gains) <= _MOST_EXACT:
        signs = np.array(list(product((1.0, -1.0), repeat=len(gains))))
    else:
        signs = np.concatenate([np.ones((1, len(gains))), rng.choice((1.0, -1.0), (9_999, len(gains)))])
    sums, observed = signs @ gains, gains.sum()
    return float((sums >= observed - 1e-12).mean()), float((sums <= observed + 1e-12).mean())


def _query(each: Outcome) -> tuple[str, int, str, int]:
    return each.task, each.split, each.query, each.draw
