"""Trials answered by methods that compare fingerprints."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

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

    Methods whose numbers depend on how many pictures there are get known sets of the query's size, as the paper
    has it; the others all known pictures.

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
    largest = largest_run(trial, sizes)
    whole = _Known(trial, sets, method, memo, None, seed)
    for size in sizes:
        known = _Known(trial, sets, method, memo, size, seed) if method.one_size else whole
        told = clock if size == largest else Clock()
        for name, rows in trial.queries.items():
            for draw, chosen in queries(rows, size, draws=draws, seed=seed, name=name):
                query = memo.fingerprint(sets[name], chosen, method.parts, told)
                started = time.perf_counter()
                nearest, distance = known.nearest(query)
                told.add("compare", time.perf_counter() - started)
                judged = known.open_set.judge(distance, nearest.architecture, n_pictures=size)
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


class _Known:
    """The known models of a trial, measured on all their known pictures, or on as many as a query has.

    Args:
        trial, sets, method, memo, seed: as for `compared`.
        size: how many pictures of each, where there are so many; None for all.
    """

    def __init__(
        self,
        trial: Trial,
        sets: Mapping[str, PreparedSet],
        method: FingerprintMethod,
        memo: FingerprintMemo,
        size: int | None,
        seed: int,
    ) -> None:
        self._method = method
        self._models = []
        for name, rows in trial.known.items():
            some = rows
            if size:
                _, some = next(queries(rows, size, draws=1, seed=seed, name=name), (0, rows))
            fingerprint = memo.fingerprint(sets[name], some, method.parts, Clock())
            place = sets[name].place
            self._models.append(KnownModel(name, place.architecture, fingerprint, place.dataset))

    @cached_property
    def open_set(self) -> OpenSet:
        """What they teach of unknown architectures."""
        return OpenSet(self._models, self._method)

    def nearest(self, query: Fingerprint) -> tuple[KnownModel, float]:
        """Return the nearest known model and its distance."""
        distances = self._method.distances(query, [model.fingerprint for model in self._models])
        place = int(distances.argmin())
        return self._models[place], float(distances[place])
