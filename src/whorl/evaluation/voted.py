"""Trials answered by classifiers that are trained on the known pictures, by majority vote."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.progress import Progress
from whorl.evaluation.clock import Clock
from whorl.evaluation.draws import largest_run, queries
from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.prepared import PreparedSet
from whorl.evaluation.trials import Trial
from whorl.fingerprints.trained import PictureClassifier, TrainingRecipe, majority_vote, train_classifier
from whorl.images.contract import Picture


def voted(
    trial: Trial,
    sets: Mapping[str, PreparedSet],
    name: str,
    recipe: TrainingRecipe,
    *,
    sizes: Sequence[int],
    draws: int,
    seed: int,
    clock: Clock,
    progress: Progress | bool = False,
    device: str = "auto",
) -> Iterator[Outcome]:
    """Yield the answers of one trained method to the queries of one trial.

    It is trained once, on all known pictures; each picture asked for is classified once, whatever queries it
    is in.

    Args:
        trial: which.
        sets: by name.
        name: the method's.
        recipe: how it is trained.
        sizes: pictures per query.
        draws: queries per set and size.
        seed: fixes training and draws.
        clock: told how long training and classifying take.
        progress: of the training.
        device: to train on.
    """
    classifier = train_classifier(_by_class(trial, sets), recipe, seed=seed, progress=progress, device=device)
    clock.add("train", classifier.seconds)
    architectures = {
        trial.classes[known]: sets[known].place.architecture for known in sorted(trial.known, reverse=True)
    }
    for query, rows in trial.queries.items():
        votes = _votes(classifier, sets[query], rows, largest_run(trial, sizes), clock)
        for size in sizes:
            for draw, chosen in queries(rows, size, draws=draws, seed=seed, name=query):
                shares = majority_vote(votes[chosen], len(classifier.labels))
                answer = classifier.labels[int(shares.argmax())]
                yield Outcome(
                    trial.task,
                    trial.split,
                    name,
                    size,
                    draw,
                    query,
                    sets[query].place.architecture,
                    trial.truth[query],
                    answer,
                    architectures[answer],
                    1 - float(shares.max()),
                    None,
                    None,
                )


def _by_class(trial: Trial, sets: Mapping[str, PreparedSet]) -> dict[str, list[Picture]]:
    pictures: dict[str, list[Picture]] = defaultdict(list)
    for name, rows in trial.known.items():
        pictures[trial.classes[name]] += sets[name].pictures(rows)
    return dict(pictures)


def _votes(
    classifier: PictureClassifier, asked: PreparedSet, rows: NDArray[np.int64], largest: int, clock: Clock
) -> NDArray[np.int64]:
    """Return the predicted class at each row asked for, -1 elsewhere."""
    started = time.perf_counter()
    predicted = classifier.predict(asked.pictures(rows))
    if len(rows) >= largest:
        clock.add("fingerprint", (time.perf_counter() - started) * largest / len(rows))
    result = np.full(len(asked), -1)
    result[rows] = predicted
    return result
