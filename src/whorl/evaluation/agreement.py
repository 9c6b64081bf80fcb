"""Does it mean anything when a set's fingerprint and its single pictures name the same?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.rates import (
    CONFIDENCE,
    RESAMPLINGS,
    by_set,
    grouped,
    mean_over_sets,
    query_of,
    whole_interval,
)
from whorl.evaluation.results import Agreement


def agreements(
    outcomes: Sequence[Outcome], *, comparing: Sequence[str], attributing: Sequence[str], seed: int = 0
) -> tuple[Agreement, ...]:
    """Return for each task and size how often two methods agree, and how often they are right then.

    Args:
        outcomes: of all methods.
        comparing: names of methods that compare fingerprints.
        attributing: names of methods that name single pictures.
        seed: fixes the resamplings.
    """
    held = grouped(outcomes)
    found = (
        agreement_of(mine, theirs, seed=seed)
        for (task, method, size), mine in held.items()
        if method in comparing
        for other in attributing
        if (theirs := held.get((task, other, size))) is not None
    )
    return tuple(each for each in found if each is not None)


def agreement_of(mine: Sequence[Outcome], theirs: Sequence[Outcome], *, seed: int = 0) -> Agreement | None:
    """Return how often two methods say the same of the queries of one task and size; None without a common one.

    What a method says is the class that it answers. Where models may be unknown it is 'none of these' instead, if
    the method can say so and does; that is right of a model that is unknown.

    Every set counts alike. Shares of queries are means over sets, and accuracy where they agree is the ratio of
    two of them, mean over sets of (agree and right) / mean over sets of (agree), so that

        rate of a method = share of agreement x accuracy there + (1 - share) x its accuracy where they differ.

    The interval is that of `whorl.evaluation.rates`: sets drawn anew, and queries within each.
    """
    others = {query_of(each): each for each in theirs}
    pairs = [(each, others[query_of(each)]) for each in mine if query_of(each) in others]
    if not pairs:
        return None
    asked, second = [one for one, _ in pairs], [other for _, other in pairs]
    agree = np.array([_said(one) == _said(other) for one, other in pairs])
    right, right_other = (np.array([_said(each) == each.truth for each in held]) for held in (asked, second))
    sets = _Sets.of(asked, agree, agree & right)
    low, high = sets.interval(seed)
    return Agreement(
        task=asked[0].task,
        size=asked[0].size,
        method=asked[0].method,
        other=second[0].method,
        value=_mean(asked, agree),
        right=sets.ratio,
        low=low,
        high=high,
        method_alone=_mean(asked, right),
        other_alone=_mean(asked, right_other),
        method_apart=_Sets.of(asked, ~agree, ~agree & right).ratio,
        other_apart=_Sets.of(asked, ~agree, ~agree & right_other).ratio,
        sets=len(sets.queries),
        queries=len(pairs),
    )


@dataclass(frozen=True, eq=False)
class _Sets:
    """Queries of S sets by what is conditioned on and what is counted among these.

    Attributes:
        queries: int64 (S,), all.
        within: int64 (S,), those that the condition holds for.
        counted: int64 (S,), those of them that are counted.
    """

    queries: NDArray[np.int64]
    within: NDArray[np.int64]
    counted: NDArray[np.int64]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], within: NDArray[np.bool_], counted: NDArray[np.bool_]) -> _Sets:
        held = [by_set(outcomes, values.astype(float).tolist()) for values in (within, counted)]
        return cls(
            np.array([len(values) for values in held[0].values()]),
            *(np.array([int(values.sum()) for values in each.values()]) for each in held),
        )

    @property
    def ratio(self) -> float | None:
        """Share counted of those within, sets weighing alike; None where none is within."""
        of_all = float((self.within / self.queries).sum())
        return float((self.counted / self.queries).sum()) / of_all if of_all else None

    def interval(self, seed: int) -> tuple[float | None, float | None]:
        """Return a 95 % percentile interval of the ratio, sets drawn anew and queries within each.

        Drawing queries of a set anew is drawing how many of them are counted, within alone, and neither.
        """
        if self.ratio is None:
            return None, None
        if self.ratio in (0.0, 1.0):
            return whole_interval(int((self.within > 0).sum()), all_right=self.ratio == 1)
        rng = np.random.default_rng(seed)
        drawn = np.stack([self._drawn(place, rng) for place in range(len(self.queries))], axis=1)
        chosen = rng.integers(0, drawn.shape[1], drawn.shape[:2])
        sums = np.take_along_axis(drawn, chosen[..., None], axis=1).sum(axis=1)
        found = sums[sums[:, 1] > 0]
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(found[:, 0] / found[:, 1], [tail, 1 - tail])
        return float(low), float(high)

    def _drawn(self, place: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return float64 (RESAMPLINGS, 2): shares counted and within of one set's queries, drawn anew."""
        count, within, counted = self.queries[place], self.within[place], self.counted[place]
        shares = np.array([counted, within - counted, count - within]) / count
        found = rng.multinomial(count, shares, size=RESAMPLINGS)
        return np.asarray(np.stack([found[:, 0], found[:, 0] + found[:, 1]], axis=1) / count)


def _said(each: Outcome) -> str | None:
    """Return the class that is answered; None for 'none of these', where that is asked."""
    refused = each.task == "unknown-architecture" and each.accepted is False
    return None if refused else each.answer


def _mean(outcomes: Sequence[Outcome], values: NDArray[np.bool_]) -> float:
    return mean_over_sets(by_set(outcomes, values.astype(float).tolist()))
