"""How well known models and unknown architectures are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.rates import CONFIDENCE, RESAMPLINGS
from whorl.evaluation.results import OpenSetRate
from whorl.identification import FALSE_ACCEPT_RATE


def open_set_rate(outcomes: Sequence[Outcome], *, seed: int = 0) -> OpenSetRate | None:
    """Return the rates of one method and size of unknown-architecture; None without both kinds of sets."""
    is_known = np.array([each.truth is not None for each in outcomes])
    if is_known.all() or not is_known.any():
        return None
    from sklearn.metrics import roc_curve

    likeness = -np.array([each.strangeness for each in outcomes])
    likeness = np.maximum(likeness, np.finfo(np.float64).min)
    weights = _weights(outcomes, is_known)
    false, true, _ = roc_curve(is_known, likeness, sample_weight=weights)
    area = _area(outcomes, is_known, likeness, weights)
    low, high = _interval(area, seed)
    promised = [each.promised for each in outcomes if each.promised is not None]
    first = outcomes[0]
    return OpenSetRate(
        first.method,
        first.size,
        area.value(np.ones(len(area.won))),
        low,
        high,
        float(true[false <= FALSE_ACCEPT_RATE].max()),
        FALSE_ACCEPT_RATE,
        _accepted(outcomes, weights, is_known),
        _accepted(outcomes, weights, ~is_known),
        float(np.mean(promised)) if promised else None,
        len({each.query for each, known in zip(outcomes, is_known, strict=True) if known}),
        len({each.query for each, known in zip(outcomes, is_known, strict=True) if not known}),
    )


def _weights(outcomes: Sequence[Outcome], is_known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return one weight per outcome: every set counts alike among the known ones, and among the unknown."""
    cases = [(each.query, bool(known)) for each, known in zip(outcomes, is_known, strict=True)]
    counts = Counter(cases)
    return np.array([1 / counts[case] for case in cases])


@dataclass(frozen=True, eq=False)
class _Area:
    """The area under the curve as sums over pairs of architectures, so that these can be drawn anew quickly.

    Attributes:
        won: float64 (A, A), weight of the pairs of a known query of the first and an unknown one of the second
            architecture in which the known one is the more like a known model; half for ties.
        pairs: float64 (A, A), weight of all such pairs.
    """

    won: NDArray[np.float64]
    pairs: NDArray[np.float64]

    def value(self, times: NDArray[np.float64]) -> float:
        """Return the area with each architecture so many times; NaN where no pair is left."""
        pairs = float(times @ self.pairs @ times)
        return float(times @ self.won @ times) / pairs if pairs > 0 else float("nan")


def _area(
    outcomes: Sequence[Outcome],
    is_known: NDArray[np.bool_],
    likeness: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> _Area:
    names = np.array([each.architecture for each in outcomes])
    different = np.unique(names)
    won, pairs = np.zeros((2, len(different), len(different)))
    for b, other in enumerate(different):
        theirs = ~is_known & (names == other)
        order = np.argsort(likeness[theirs])
        values = likeness[theirs][order]
        below = np.concatenate([[0.0], np.cumsum(weights[theirs][order])])
        for a, name in enumerate(different):
            mine = is_known & (names == name)
            sides = [below[np.searchsorted(values, likeness[mine], side)] for side in ("left", "right")]
            won[a, b] = weights[mine] @ (sides[0] + sides[1]) / 2
            pairs[a, b] = weights[mine].sum() * below[-1]
    return _Area(won, pairs)


def _interval(area: _Area, seed: int) -> tuple[float, float]:
    """Return a 95 % percentile interval, architectures drawn anew with all their sets."""
    count = len(area.won)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLINGS)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile([area.value(times) for times in drawn.astype(float)], [tail, 1 - tail])
    return float(low), float(high)


def _accepted(
    outcomes: Sequence[Outcome], weights: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> float | None:
    told = np.array([each.accepted is not None for each in outcomes]) & chosen
    if not told.any():
        return None
    accepted = np.array([bool(each.accepted) for each in outcomes])
    return float(np.average(accepted[told], weights=weights[told]))
