"""The whole evaluation: sets, trials, answers, rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from typing_extensions import Unpack

from whorl.attribution.baselines.wang import Wang
from whorl.embeddings import EncodeOptions
from whorl.embeddings.options import resolve
from whorl.encoders import Encoder
from whorl.errors import ScoreError
from whorl.evaluation.answering import Design, answered
from whorl.evaluation.methods import EvaluatedMethods, chosen_methods
from whorl.evaluation.prepared import prepare, shared_pictures
from whorl.evaluation.real import real_pictures
from whorl.evaluation.results import TASKS, NotRun, Task
from whorl.evaluation.sets import find_sets
from whorl.evaluation.store import AnswerStore
from whorl.evaluation.summary import Evaluated, summarised
from whorl.evaluation.trials import Plan, plan
from whorl.memorization import Reference

if TYPE_CHECKING:
    from whorl.images import ImageSource
    from whorl.manifold import Manifold

SIZES = (25, 50, 100, 200, 500)
SPLITS, DRAWS = 3, 20


def evaluate(
    reference: Reference,
    folder: str | Path,
    *,
    methods: Sequence[str] | None = None,
    weights: Mapping[str, str] | None = None,
    sizes: Sequence[int] = SIZES,
    tasks: Sequence[Task] = tuple(TASKS),
    splits: int = SPLITS,
    draws: int = DRAWS,
    seed: int = 0,
    same: Mapping[str, str] | None = None,
    manifolds: Sequence[Manifold] = (),
    ablations: bool = False,
    real: str | Path | ImageSource | None = None,
    encoder: str | Path | Encoder | None = None,
    device: str = "auto",
    **options: Unpack[EncodeOptions],
) -> Evaluated:
    """Try how well methods name the models that made sets of pictures.

    Every method answers the same queries. Answers are kept in the cache as they are found: a run that was stopped
    goes on where it was, and another method costs only its own time.

    Args:
        reference: that all sets are measured on.
        folder: of sets, as architecture/run, data set/architecture/run or architecture.npz; see `find_sets`.
        methods: names of `whorl.fingerprints.methods.METHODS`, of `whorl.fingerprints.trained.PRESETS`, of
            `whorl.attribution.methods.METHODS`, or such as "manifold:rgb"; None for all that compare fingerprints.
        weights: folder or hub name of pretrained weights, by the name of a trained method.
        sizes: pictures per query, each at least 10, or 1 where a method names single pictures; those that compare
            fingerprints are asked from 10 on. Where a set has fewer, it is listed in `not_run`.
        tasks: which; see `whorl.evaluation.trials.plan`.
        splits: how often sets are halved into known and asked.
        draws: queries per set, split and size.
        seed: fixes halves, draws and training.
        same: architectures that go by another's name where the data set differs, such as {"dcgan-a": "dcgan"}.
        manifolds: for methods such as "manifold:rgb".
        ablations: whether raw: and random: are tried with each method manifold:.
        real: real pictures, which methods that name single pictures know as a class 'real', half of them asked;
            never a stranger, and no model that fingerprints are compared with.
        encoder: the Reference's own encoder, where it cannot be found under the name it had.
        device: to train on.
        **options: see `whorl.embeddings.EncodeOptions`.

    Raises:
        ImageError, EncoderError, ScoreError, StorageError: see their messages.
    """
    chosen = chosen_methods(methods, weights or {}, manifolds, ablations=ablations)
    design = Design(_checked_sizes(sizes, chosen.least_pictures), draws, seed, device)
    _check_counts(tasks, splits, draws)
    _check_weights(chosen)
    places = find_sets(folder)
    sets = prepare(places, reference, encoder, **options)
    plans = {task: plan(task, sets, splits=splits, seed=seed, same=same) for task in tasks}
    kept = resolve(options).cache_folder
    trials = [trial for held in plans.values() for trial in held.trials]
    held = None if real is None else real_pictures(real, chosen)
    answers = answered(trials, sets, chosen, design, AnswerStore(kept), options, real=held)
    notes = [note for held in plans.values() for note in (*held.not_run, *_too_small(held, design.sizes))]
    return summarised(
        reference,
        sets,
        answers,
        chosen=chosen,
        sizes=design.sizes,
        tasks=tuple(tasks),
        splits=splits,
        draws=draws,
        seed=seed,
        not_run=_together(notes),
        warnings=(*shared_pictures(sets), *(() if held is None else held.warnings(manifolds, sets))),
    )


def _too_small(held: Plan, sizes: Sequence[int]) -> Iterator[NotRun]:
    largest: dict[tuple[Task, str], int] = {}
    for trial in held.trials:
        for name, rows in trial.queries.items():
            key = (trial.task, name)
            largest[key] = max(largest.get(key, 0), len(rows))
    for (task, name), count in largest.items():
        missing = tuple(size for size in sizes if size > count)
        if missing:
            yield NotRun(task, (name,), missing, f"{count:,} pictures can be asked for")


def _together(notes: Sequence[NotRun]) -> tuple[NotRun, ...]:
    """Return notes that differ in the set alone as one."""
    found: dict[tuple[Task, tuple[int, ...], str], list[str]] = {}
    for note in notes:
        found.setdefault((note.task, note.sizes, note.why), []).extend(note.names)
    return tuple(NotRun(task, tuple(names), sizes, why) for (task, sizes, why), names in found.items())


def _checked_sizes(sizes: Sequence[int], least: int) -> tuple[int, ...]:
    if not sizes or min(sizes) < least:
        raise ScoreError(f"sizes must be at least {least} pictures each; got {list(sizes)}.")
    return tuple(int(size) for size in np.unique(sizes))


def _check_weights(chosen: EvaluatedMethods) -> None:
    """Refuse pretrained weights that are not at hand before pictures are encoded for hours."""
    for method in chosen.attributing:
        if isinstance(method.classifier, Wang):
            method.classifier.check_weights()


def _check_counts(tasks: Sequence[Task], splits: int, draws: int) -> None:
    unknown = [task for task in tasks if task not in TASKS]
    if unknown or not tasks:
        raise ScoreError(f"unknown task {', '.join(unknown) or '(none)'}; choose from {', '.join(TASKS)}.")
    if splits < 1 or draws < 1:
        raise ScoreError(f"splits and draws must be at least 1; got {splits} and {draws}.")
