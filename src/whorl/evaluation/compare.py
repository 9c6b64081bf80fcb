"""Trials answered by methods that compare fingerprints."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence

from whorl.evaluation.clock import Clock
from whorl.evaluation.draws import largest_run, queries
from whorl.evaluation.memo import FingerprintMemo
from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.prepared import PreparedSet
from whorl.evaluation.trials import Trial
from whorl.fingerprints import Fingerprint
from whorl.fingerprints.contract import FingerprintMethod
from whorl.identification import KnownModel, OpenSet


def compared(
    trial: Trial,
    sets: Mapping[str, PreparedSet],
    method: FingerprintMethod,
    memo: FingerprintMemo,
    *,
    sizes: Sequence[int],
    draws: int,
    seed: int,
    clock: Clock,
) -> Iterator[Outcome]:
    """Yield the answers of a method to the queries of one trial.

    Args:
        trial: which.
        sets: by name.
        method: which.
        memo: of fingerprints that other methods read too.
        sizes: pictures per query.
        draws: queries per set and size.
        seed: fixes the draws.
        clock: told how long fingerprints and comparisons take at the largest size.
    """
    known = [_known(sets[name], trial, method, memo) for name in trial.known]
    open_set = OpenSet(known, method)
    largest = largest_run(trial, sizes)
    for name, rows in trial.queries.items():
        for size in sizes:
            told = clock if size == largest else Clock()
            for draw, chosen in enumerate(queries(rows, size, draws=draws, seed=seed, name=name)):
                query = memo.fingerprint(sets[name], chosen, method.parts, told)
                started = time.perf_counter()
                nearest, distance = _nearest(query, known, method)
                told.add("compare", time.perf_counter() - started)
                judged = open_set.judge(distance, nearest.architecture, n_pictures=size)
                calibrated = judged.p_value is not None
                yield Outcome(
                    trial.task,
                    trial.split,
                    method.name,
                    size,
                    draw,
                    name,
                    sets[name].place.architecture,
                    trial.truth[name],
                    trial.classes[nearest.name] if distance < math.inf else "",
                    sets[nearest.name].place.architecture if distance < math.inf else "",
                    distance,
                    judged.accepts if calibrated else None,
                    judged.false_accept_rate if calibrated else None,
                )


def _known(
    prepared: PreparedSet, trial: Trial, method: FingerprintMethod, memo: FingerprintMemo
) -> KnownModel:
    fingerprint = memo.fingerprint(prepared, trial.known[prepared.name], method.parts, Clock())
    return KnownModel(prepared.name, prepared.place.architecture, fingerprint, prepared.place.dataset)


def _nearest(
    query: Fingerprint, known: Sequence[KnownModel], method: FingerprintMethod
) -> tuple[KnownModel, float]:
    distances = method.distances(query, [model.fingerprint for model in known])
    nearest = int(distances.argmin())
    return known[nearest], float(distances[nearest])
