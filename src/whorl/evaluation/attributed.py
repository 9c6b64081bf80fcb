"""Trials answered by methods that name single pictures, one by one or together."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from whorl.attribution.attributor import Attributor
from whorl.attribution.features import FeatureTable
from whorl.attribution.labels import REAL
from whorl.attribution.methods import AttributionMethod
from whorl.attribution.rejection import Rejection, support
from whorl.embeddings import EncodeOptions
from whorl.embeddings.progress import Progress
from whorl.evaluation.clock import Clock
from whorl.evaluation.draws import largest_run, queries
from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.prepared import PreparedSet
from whorl.evaluation.real import RealPictures
from whorl.evaluation.trials import Rows, Trial
from whorl.files import digest_json


class FeatureMemo:
    """Features of whole sets by feature map, found once.

    Args:
        options: how pictures are encoded.
    """

    def __init__(self, options: EncodeOptions) -> None:
        self._options = options
        self._held: dict[tuple[str, str], tuple[FeatureTable, float]] = {}

    def table(
        self, method: AttributionMethod, prepared: PreparedSet | RealPictures, clock: Clock, *, pictures: int
    ) -> FeatureTable:
        """Return the features of a set, and tell the clock how long so many pictures take."""
        key = (digest_json(dict(method.features.describe())), prepared.name)
        if key not in self._held:
            started = time.perf_counter()
            table = method.features.features(prepared.images, **self._options)
            self._held[key] = table, time.perf_counter() - started
        table, seconds = self._held[key]
        clock.add("fingerprint", seconds * pictures / max(1, len(table)))
        return table


def attributed(
    trial: Trial,
    sets: Mapping[str, PreparedSet],
    method: AttributionMethod,
    memo: FeatureMemo,
    *,
    sizes: Sequence[int],
    draws: int,
    seed: int,
    clock: Clock,
    progress: Progress | bool = False,
    device: str = "auto",
    real: RealPictures | None = None,
) -> Iterator[Outcome]:
    """Yield the answers of one method to the queries of one trial.

    It learns once, from all known pictures of each class; each picture asked for is answered once, and a query of
    several gets the class of the largest mean probability. Where models are unknown it also learns when to say so.

    Args:
        trial: which.
        sets: by name.
        method: what is measured of a picture, and what learns from it.
        memo: of features that other methods read too.
        sizes: pictures per query; 1 is a single picture.
        draws: queries per set and size.
        seed: fixes training and draws.
        clock: told how long features and training take.
        progress: of the training.
        device: to train on.
        real: pictures for a class 'real' beside the known ones, half of them asked where the task asks for some.
    """
    known: dict[str, list[FeatureTable]] = defaultdict(list)
    for name, rows in trial.known.items():
        table = memo.table(method, sets[name], Clock(), pictures=1)
        known[trial.classes[name]].append(table.rows(rows))
    held: dict[str, tuple[PreparedSet | RealPictures, Rows]] = {
        name: (sets[name], rows) for name, rows in trial.queries.items()
    }
    if real is not None:
        table = memo.table(method, real, Clock(), pictures=1)
        known[REAL].append(table.rows(real.known(trial, seed)))
        if len(rows := real.asked(trial, seed)):
            held[REAL] = real, rows
    started = time.perf_counter()
    attributor = Attributor.fit(
        {label: _together(tables) for label, tables in known.items()},
        method.classifier,
        unknown=trial.task == "unknown-architecture",
        seed=seed,
        device=device,
        progress=progress,
    )
    clock.add("train", time.perf_counter() - started)
    architectures = {
        trial.classes[name]: sets[name].place.architecture for name in sorted(trial.known, reverse=True)
    }
    architectures[REAL] = REAL
    met = attributor.rejection
    for query, (place, rows) in held.items():
        largest = largest_run(trial, sizes)
        told = clock if len(rows) >= largest else Clock()
        table = memo.table(method, place, told, pictures=largest).rows(rows)
        places = {int(row): place for place, row in enumerate(rows)}
        probabilities = attributor.attribute(table).probabilities
        near = None if met is None else met.likeness.rows(table.values)
        for size in sizes:
            for draw, chosen in queries(rows, size, draws=draws, seed=seed, name=query):
                some = [places[int(row)] for row in chosen]
                answer = attributor.labels[int(probabilities[some].mean(axis=0).argmax())]
                distance = None if met is None or near is None else met.distance_of(near[some])
                yield Outcome(
                    trial.task,
                    trial.split,
                    method.name,
                    size,
                    draw,
                    query,
                    place.place.architecture if isinstance(place, PreparedSet) else REAL,
                    trial.truth[query] if isinstance(place, PreparedSet) else REAL,
                    answer,
                    architectures[answer],
                    1 - support(probabilities[some]) if distance is None else distance,
                    _accepted(met, size, distance),
                    None if met is None else met.rate,
                )


def _accepted(met: Rejection | None, size: int, distance: float | None) -> bool | None:
    """Return whether a query is taken for known; None where what strangers look like was not learned."""
    if met is None or met.rate is None or distance is None:
        return None
    return met.limits(size).refusal(distance) is None


def _together(tables: Sequence[FeatureTable]) -> FeatureTable:
    return FeatureTable(
        np.concatenate([table.values for table in tables]),
        tuple(each for table in tables for each in table.ids),
        np.concatenate([table.keys for table in tables]),
    )
