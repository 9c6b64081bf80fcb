"""How well known models and unknown architectures are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.rates import CONFIDENCE
from whorl.evaluation.results import OpenSetRate
from whorl.identification import FALSE_ACCEPT_RATE

_RESAMPLINGS = 500


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
    low, high = _interval(outcomes, is_known, likeness, seed)
    promised = [each.promised for each in outcomes if each.promised is not None]
    first = outcomes[0]
    return OpenSetRate(
        first.method,
        first.size,
        _area(is_known, likeness, weights),
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


def _area(is_known: NDArray[np.bool_], likeness: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(is_known, likeness, sample_weight=weights))


def _interval(
    outcomes: Sequence[Outcome], is_known: NDArray[np.bool_], likeness: NDArray[np.float64], seed: int
) -> tuple[float, float]:
    """Return a 95 % percentile interval, architectures drawn anew with all their sets."""
    rng = np.random.default_rng(seed)
    architectures = np.array([each.architecture for each in outcomes])
    names = np.unique(architectures)
    weights = _weights(outcomes, is_known)
    areas = []
    for _ in range(_RESAMPLINGS):
        times = dict(zip(*np.unique(rng.choice(names, len(names)), return_counts=True), strict=True))
        drawn = weights * np.array([times.get(name, 0) for name in architectures])
        if drawn[is_known].sum() > 0 and drawn[~is_known].sum() > 0:
            areas.append(_area(is_known, likeness, drawn))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(areas, [tail, 1 - tail])
    return float(low), float(high)


def _accepted(
    outcomes: Sequence[Outcome], weights: NDArray[np.float64], chosen: NDArray[np.bool_]
) -> float | None:
    told = np.array([each.accepted is not None for each in outcomes]) & chosen
    if not told.any():
        return None
    accepted = np.array([bool(each.accepted) for each in outcomes])
    return float(np.average(accepted[told], weights=weights[told]))
