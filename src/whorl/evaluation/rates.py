"""From answers to rates with intervals: sets are drawn anew, and queries within them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.results import Confusion, Difference, Rate

RESAMPLINGS = 2_000
CONFIDENCE = 0.95

Key = tuple[str, str, int]


def grouped(outcomes: Sequence[Outcome]) -> dict[Key, list[Outcome]]:
    """Return outcomes by task, method and size."""
    found: dict[Key, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        found[each.task, each.method, each.size].append(each)
    return dict(found)


def rate_of(outcomes: Sequence[Outcome], *, seed: int = 0) -> Rate:
    """Return how often the outcomes of one task, method and size are right."""
    first = outcomes[0]
    right = by_set(outcomes, [float(each.right) for each in outcomes])
    low, high = _exact(right) or interval(right, seed)
    named = by_set(outcomes, [float(each.answer_architecture == each.architecture) for each in outcomes])
    return Rate(
        first.task,
        first.method,
        first.size,
        mean_over_sets(right),
        low,
        high,
        mean_over_sets(named),
        _accepted(outcomes),
        len(right),
        len(outcomes),
    )


def difference_of(mine: Sequence[Outcome], others: Sequence[Outcome], *, seed: int = 0) -> Difference:
    """Return by how much the first outcomes are more often right than others on the same queries."""
    theirs = {query_of(each): each.right for each in others}
    both = [each for each in mine if query_of(each) in theirs]
    gains = by_set(both, [float(each.right) - float(theirs[query_of(each)]) for each in both])
    first = mine[0]
    return Difference(
        first.task,
        first.size,
        first.method,
        others[0].method,
        mean_over_sets(gains),
        *interval(gains, seed),
        *interval(gains, seed, sets_anew=False),
    )


def confusion_of(outcomes: Sequence[Outcome]) -> Confusion:
    """Return who was taken for whom in the outcomes of one task, method and size."""
    first = outcomes[0]
    named = [(each.truth or each.architecture, each.answer) for each in outcomes]
    truth = tuple(sorted({true for true, _ in named}))
    answers = tuple(sorted({answer for _, answer in named} | set(truth)))
    counts = np.zeros((len(truth), len(answers)))
    for true, answer in named:
        counts[truth.index(true), answers.index(answer)] += 1
    shares = counts / counts.sum(axis=1, keepdims=True)
    rows = tuple(tuple(float(share) for share in row) for row in shares)
    return Confusion(first.task, first.method, first.size, truth, answers, rows)


def query_of(each: Outcome) -> tuple[int, str, int]:
    """Return what tells a query of one task and size from the others: split, set and draw."""
    return each.split, each.query, each.draw


def by_set(outcomes: Sequence[Outcome], values: Sequence[float]) -> dict[str, NDArray[np.float64]]:
    """Return one number per query as an array per queried set; of a single picture its mean over splits.

    A picture that is asked again in another split is no other picture, and intervals are over pictures.
    """
    found: dict[str, dict[tuple[int, int], list[float]]] = defaultdict(lambda: defaultdict(list))
    for each, value in zip(outcomes, values, strict=True):
        found[each.query][0 if each.size == 1 else each.split, each.draw].append(value)
    return {name: np.array([np.mean(same) for same in held.values()]) for name, held in found.items()}


def mean_over_sets(values: Mapping[str, NDArray[np.float64]]) -> float:
    """Return the mean of the sets' means: every set counts alike."""
    return float(np.mean([held.mean() for held in values.values()]))


def interval(
    values: Mapping[str, NDArray[np.float64]], seed: int, *, sets_anew: bool = True
) -> tuple[float, float]:
    """Return a 95 % percentile interval of the mean over sets, sets drawn anew and queries within each.

    With few sets it is too narrow, and with one it holds for that set alone; so it does without `sets_anew`.
    """
    rng = np.random.default_rng(seed)
    means = np.stack(
        [held[rng.integers(0, len(held), (RESAMPLINGS, len(held)))].mean(axis=1) for held in values.values()],
        axis=1,
    )
    if sets_anew:
        means = np.take_along_axis(means, rng.integers(0, means.shape[1], means.shape), axis=1)
    found = means.mean(axis=1)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)


def whole_interval(sets: int, *, all_right: bool) -> tuple[float, float]:
    """Return Clopper and Pearson's 95 % interval of a rate of all of some sets, or of none of them."""
    from scipy.stats import binomtest

    found = binomtest(sets if all_right else 0, sets).proportion_ci(CONFIDENCE, method="exact")
    return float(found.low), float(found.high)


def _exact(values: Mapping[str, NDArray[np.float64]]) -> tuple[float, float] | None:
    """Return Clopper and Pearson's interval over sets where all queries of all sets are right, or none is.

    Drawing anew from sets that are all alike knows nothing of other sets.
    """
    mean = mean_over_sets(values)
    return None if 0 < mean < 1 else whole_interval(len(values), all_right=mean == 1)


def _accepted(outcomes: Sequence[Outcome]) -> float | None:
    told = [each for each in outcomes if each.accepted is not None]
    if not told:
        return None
    return mean_over_sets(by_set(told, [float(each.accepted is True) for each in told]))
