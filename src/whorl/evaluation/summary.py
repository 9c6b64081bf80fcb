"""From answers to an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.agreement import agreements
from whorl.evaluation.methods import EvaluatedMethods
from whorl.evaluation.open_set import open_set_rate
from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.paired import paired_differences
from whorl.evaluation.prepared import PreparedSet
from whorl.evaluation.rates import confusion_of, difference_of, grouped, rate_of
from whorl.evaluation.results import EvaluatedSet, Evaluation, MethodTime, NotRun, Task
from whorl.evaluation.set_map import on_a_plane
from whorl.evaluation.store import Answers
from whorl.fingerprints import Fingerprint
from whorl.fingerprints.methods import DEFAULT, METHODS
from whorl.memorization import Reference


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An evaluation, and every answer that it rests on.

    Attributes:
        evaluation: rates, confusions, times.
        outcomes: one per query and method.
    """

    evaluation: Evaluation
    outcomes: tuple[Outcome, ...]


def summarised(
    reference: Reference,
    sets: Sequence[PreparedSet],
    answers: Sequence[Answers],
    *,
    chosen: EvaluatedMethods,
    sizes: tuple[int, ...],
    tasks: tuple[Task, ...],
    splits: int,
    draws: int,
    seed: int,
    not_run: tuple[NotRun, ...],
    warnings: tuple[str, ...],
) -> Evaluated:
    """Return rates with intervals, confusions, times, and where every set lies."""
    outcomes = tuple(each for held in answers for each in held.outcomes)
    closed = grouped([each for each in outcomes if each.task != "unknown-architecture"])
    opened = grouped([each for each in outcomes if each.task == "unknown-architecture"])
    methods = chosen.names
    default = DEFAULT if DEFAULT in methods else methods[0]
    fingerprints = [each.measurements.fingerprint() for each in sets]
    curves = np.stack([each.parts["c_t"] for each in fingerprints])
    places = on_a_plane(_default_distances(fingerprints))
    evaluation = Evaluation(
        reference=reference.digest,
        encoder=reference.encoder.name if reference.encoder else "",
        layers=reference.layers,
        default=default,
        methods=methods,
        sizes=sizes,
        tasks=tasks,
        splits=splits,
        draws=draws,
        seed=seed,
        sets=tuple(_set(*each) for each in zip(sets, curves, places, strict=True)),
        rates=tuple(rate_of(held, seed=seed) for held in closed.values()),
        differences=tuple(
            difference_of(closed[task, default, size], held, seed=seed)
            for (task, method, size), held in closed.items()
            if method != default and (task, default, size) in closed
        ),
        open_set=tuple(
            found for held in opened.values() if (found := open_set_rate(held, seed=seed)) is not None
        ),
        confusions=tuple(confusion_of(held) for held in closed.values()),
        times=_times(methods, answers),
        curve_distances=_curve_distances(curves),
        not_run=not_run,
        warnings=warnings,
        agreements=agreements(
            outcomes,
            comparing=[method.name for method in chosen.comparing],
            attributing=[method.name for method in chosen.attributing],
            seed=seed,
        ),
        paired=paired_differences(closed, [each.name for each in chosen.attributing], seed=seed),
    )
    return Evaluated(evaluation, outcomes)


def _set(prepared: PreparedSet, curve: NDArray[np.float64], place: NDArray[np.float64]) -> EvaluatedSet:
    return EvaluatedSet(
        prepared.name,
        prepared.place.dataset,
        prepared.place.architecture,
        prepared.place.run,
        len(prepared),
        tuple(float(value) if np.isfinite(value) else None for value in curve),
        (float(place[0]), float(place[1])),
    )


def _default_distances(fingerprints: Sequence[Fingerprint]) -> NDArray[np.float64]:
    found = np.stack([METHODS[DEFAULT].distances(each, fingerprints) for each in fingerprints])
    np.fill_diagonal(found, 0.0)
    return (found + found.T) / 2


def _curve_distances(curves: NDArray[np.float64]) -> tuple[tuple[float | None, ...], ...]:
    """Return distances over the layers that two curves share, scaled as if they shared all."""
    later = curves[:, 1:]
    apart = np.square(later[:, None] - later)
    shared = np.isfinite(apart).sum(axis=2)
    total = np.nansum(apart, axis=2)
    return tuple(
        tuple(
            float(np.sqrt(value * later.shape[1] / count)) if count else None
            for value, count in zip(row, counts, strict=True)
        )
        for row, counts in zip(total, shared, strict=True)
    )


def _times(methods: Sequence[str], answers: Sequence[Answers]) -> tuple[MethodTime, ...]:
    found = []
    for method in methods:
        held = [each.seconds for each in answers if each.outcomes and each.outcomes[0].method == method]
        means = [
            float(np.mean([each[kind] for each in held if kind in each] or [0.0]))
            for kind in ("fingerprint", "compare", "train")
        ]
        found.append(MethodTime(method, *means))
    return tuple(found)
