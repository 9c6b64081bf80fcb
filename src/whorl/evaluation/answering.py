"""Trials answered by methods, each answer kept as it is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from whorl.embeddings import EncodeOptions
from whorl.embeddings.progress import Progress, progress_for
from whorl.evaluation.attributed import FeatureMemo, attributed
from whorl.evaluation.clock import Clock
from whorl.evaluation.compare import compared
from whorl.evaluation.memo import FingerprintMemo
from whorl.evaluation.methods import EvaluatedMethods
from whorl.evaluation.prepared import PreparedSet
from whorl.evaluation.real import RealPictures
from whorl.evaluation.store import Answers, AnswerStore
from whorl.evaluation.trials import Trial
from whorl.evaluation.voted import voted
from whorl.files import bytes_of, digest_bytes
from whorl.fingerprints.measure import LEAST_PICTURES


@dataclass(frozen=True)
class Design:
    """How a trial is asked.

    Attributes:
        sizes: pictures per query.
        draws: queries per set and size.
        seed: fixes draws and training.
        device: to train on.
    """

    sizes: tuple[int, ...]
    draws: int
    seed: int
    device: str


def answered(
    trials: Sequence[Trial],
    sets: Sequence[PreparedSet],
    methods: EvaluatedMethods,
    design: Design,
    store: AnswerStore,
    options: EncodeOptions,
    *,
    real: RealPictures | None = None,
) -> list[Answers]:
    """Return what each method answers in each trial, trial after trial; what the store has is not asked again."""
    named, memos = {each.name: each for each in sets}, (FingerprintMemo(), FeatureMemo(options))
    progress = options.get("progress", False)
    work = [
        piece for trial in trials for piece in _work(trial, named, methods, design, memos, progress, real)
    ]
    # A training has a progress of its own, so between trainings the count is told as a line.
    trains = bool(methods.trained or methods.attributing)
    shown = progress_for(False if trains else progress)
    notes = progress_for(progress if trains else False)
    shown.begin("identify", len(work), 0, "trials")
    found = []
    try:
        for number, (decided, find) in enumerate(work, 1):
            task, split = decided["trial"]["task"], decided["trial"]["split"]
            notes.note(f"{number:,} of {len(work):,}: {decided['method']}, {task}, split {split}")
            found.append(store.get_or_find(decided, find))
            shown.advance(1)
    finally:
        shown.end()
    return found


def _work(
    trial: Trial,
    sets: Mapping[str, PreparedSet],
    methods: EvaluatedMethods,
    design: Design,
    memos: tuple[FingerprintMemo, FeatureMemo],
    progress: bool | Progress,
    real: RealPictures | None,
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield what decides each piece of a trial's answers, and how to find them."""
    whole = {"trial": _described(trial, sets), "draws": design.draws, "seed": design.seed}
    shared = {"draws": design.draws, "seed": design.seed}
    large = tuple(size for size in design.sizes if size >= LEAST_PICTURES)
    for method in methods.comparing:
        decided = {**whole, "sizes": list(large), "method": method.name, "answers": 2}
        yield decided, partial(_find, compared, trial, sets, method, memos[0], **shared, sizes=large)
    learning = {**shared, "sizes": design.sizes, "progress": progress, "device": design.device}
    whole |= {"sizes": list(design.sizes)}
    for name, recipe in methods.trained.items():
        decided = {**whole, "method": name, "recipe": recipe.to_dict(), "answers": 2}
        yield decided, partial(_find, voted, trial, sets, name, recipe, **learning)
    if real is not None:
        whole["real"] = digest_bytes(bytes_of(real.keys))
    for single in methods.attributing:
        decided = {**whole, "method": single.name, "attribution": single.describe(), "answers": 2}
        yield decided, partial(_find, attributed, trial, sets, single, memos[1], **learning, real=real)


def _find(find: Any, *arguments: Any, **named: Any) -> Answers:
    clock = Clock()
    outcomes = tuple(find(*arguments, **named, clock=clock))
    return Answers(outcomes, clock.means())


def _described(trial: Trial, sets: Mapping[str, PreparedSet]) -> dict[str, Any]:
    """Return JSON values that are equal where a trial's known pictures, queries and answers are."""
    pictures = {}
    for name in sorted({*trial.known, *trial.queries}):
        measured = sets[name].measurements.pictures
        pictures[name] = digest_bytes(bytes_of(measured.keys)) if measured.keys is not None else ""
    first = next(iter(sets.values())).measurements
    return {
        "reference": first.reference,
        "layers": list(first.layers),
        "task": trial.task,
        "split": trial.split,
        "pictures": pictures,
        "known": {name: rows.tolist() for name, rows in trial.known.items()},
        "classes": dict(trial.classes),
        "queries": {name: rows.tolist() for name, rows in trial.queries.items()},
        "truth": dict(trial.truth),
    }
