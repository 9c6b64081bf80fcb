"""What is known and what is asked, for each of the four tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.split import judging
from whorl.errors import ScoreError
from whorl.evaluation.prepared import PreparedSet
from whorl.evaluation.results import NotRun, Task
from whorl.fingerprints.measure import LEAST_PICTURES

Rows = NDArray[np.int64]

OPEN_GROUPS = 3
"""Architectures are dealt to so many groups, each of which is unknown once."""


@dataclass(frozen=True, eq=False)
class Trial:
    """Known sets, and sets to be identified, with the right answers.

    Attributes:
        task: which.
        split: its number within the task.
        known: rows of each known set, by name.
        classes: what each known set is an instance of: itself where the model is asked for, or its architecture.
        queries: rows to draw from, by name.
        truth: the right class for each query; None where none is known.
    """

    task: Task
    split: int
    known: Mapping[str, Rows]
    classes: Mapping[str, str]
    queries: Mapping[str, Rows]
    truth: Mapping[str, str | None]


@dataclass(frozen=True, eq=False)
class Plan:
    """All trials of one task, and what it cannot try."""

    trials: tuple[Trial, ...]
    not_run: tuple[NotRun, ...] = ()


def plan(
    task: Task,
    sets: Sequence[PreparedSet],
    *,
    splits: int,
    seed: int,
    same: Mapping[str, str] | None = None,
) -> Plan:
    """Return the trials of a task.

    Args:
        task: new-pictures: each set halved at random, `splits` times, copies of a picture on one side. new-run:
            one run of every architecture that has several is left out, each run once. other-data-set: one data
            set's sets are asked for, the others' known. unknown-architecture: halved likewise, and a third of the
            architectures are unknown, in turn.
        sets: all of them.
        splits: how often sets are halved.
        seed: fixes the halves and the thirds.
        same: architectures that go by another's name in other-data-set.
    """
    if task == "new-pictures":
        return _new_pictures(sets, splits, seed)
    if task == "new-run":
        return _new_run(sets)
    if task == "other-data-set":
        return _other_data_set(sets, same or {})
    return _unknown_architecture(sets, splits, seed)


def _new_pictures(sets: Sequence[PreparedSet], splits: int, seed: int) -> Plan:
    large, small = _large_enough(sets, "new-pictures")
    names = {each.name: each.name for each in large}
    trials = []
    for split in range(splits):
        known, asked = _halves(large, seed, split)
        trials.append(Trial("new-pictures", split, known, names, asked, names))
    return Plan(tuple(trials) if len(large) > 1 else (), small)


def _new_run(sets: Sequence[PreparedSet]) -> Plan:
    runs: dict[tuple[str, str], list[PreparedSet]] = defaultdict(list)
    for each in sets:
        runs[each.place.dataset, each.place.architecture].append(each)
    several = [held for held in runs.values() if len(held) > 1]
    if not several:
        return Plan((), (NotRun("new-run", (), (), "no architecture has more than one run"),))
    trials = []
    for fold in range(max(map(len, several))):
        out = {held[fold].name for held in several if fold < len(held)}
        asked = [each for each in sets if each.name in out]
        known = [each for each in sets if each.name not in out]
        trials.append(_whole("new-run", fold, known, asked, lambda each: each.place.architecture))
    alone = [
        NotRun("new-run", (held[0].name,), (), "the only run of its architecture: known, not asked for")
        for held in runs.values()
        if len(held) == 1
    ]
    return Plan(tuple(trials), tuple(alone))


def _other_data_set(sets: Sequence[PreparedSet], same: Mapping[str, str]) -> Plan:
    datasets = sorted({each.place.dataset for each in sets})
    unknown = sorted(set(same) - {each.place.architecture for each in sets})
    if unknown:
        raise ScoreError(
            f"no architecture is called {', '.join(unknown)}; check what goes by another's name."
        )

    def family(each: PreparedSet) -> str:
        return same.get(each.place.architecture, each.place.architecture)

    if len(datasets) < 2:
        why = "all sets are of one data set; lay them out as FOLDER/data set/architecture/run"
        return Plan((), (NotRun("other-data-set", (), (), why),))
    trials, out = [], []
    for fold, dataset in enumerate(datasets):
        known = [each for each in sets if each.place.dataset != dataset]
        families = {family(each) for each in known}
        own = [each for each in sets if each.place.dataset == dataset]
        asked = [each for each in own if family(each) in families]
        why = "its architecture was trained on no other data set"
        out += [NotRun("other-data-set", (each.name,), (), why) for each in own if each not in asked]
        if asked:
            trials.append(_whole("other-data-set", fold, known, asked, family))
    return Plan(tuple(trials), tuple(out))


def _unknown_architecture(sets: Sequence[PreparedSet], splits: int, seed: int) -> Plan:
    large, small = _large_enough(sets, "unknown-architecture")
    architectures = sorted({each.place.architecture for each in large})
    if len(architectures) < 3:
        why = "fewer than three architectures: with one left out, no two are known"
        return Plan((), (*small, NotRun("unknown-architecture", (), (), why)))
    trials = []
    for split in range(splits):
        known, asked = _halves(large, seed, split)
        for group, unknown in enumerate(_groups(architectures, seed, split)):
            inside = {each.name: each.place.architecture for each in large}
            held = {name for name, architecture in inside.items() if architecture not in unknown}
            trials.append(
                Trial(
                    "unknown-architecture",
                    split * OPEN_GROUPS + group,
                    {name: rows for name, rows in known.items() if name in held},
                    {name: inside[name] for name in held},
                    asked,
                    {name: inside[name] if name in held else None for name in asked},
                )
            )
    return Plan(tuple(trials), small)


def _large_enough(sets: Sequence[PreparedSet], task: Task) -> tuple[list[PreparedSet], tuple[NotRun, ...]]:
    least = 2 * LEAST_PICTURES
    small = [each for each in sets if len(each) < least]
    why = f"fewer than {least} pictures, which cannot be halved"
    return [each for each in sets if each not in small], tuple(
        NotRun(task, (each.name,), (), f"{len(each)} pictures, {why}") for each in small
    )


def _halves(sets: Sequence[PreparedSet], seed: int, split: int) -> tuple[dict[str, Rows], dict[str, Rows]]:
    known, asked = {}, {}
    for number, each in enumerate(sets):
        rng = np.random.default_rng([seed, split, number])
        judge = judging(each.keys, len(each) - len(each) // 2, rng)
        known[each.name], asked[each.name] = np.flatnonzero(~judge), np.flatnonzero(judge)
    return known, asked


def _groups(architectures: Sequence[str], seed: int, split: int) -> Iterator[set[str]]:
    order = np.random.default_rng([seed, split]).permutation(len(architectures))
    for group in range(min(OPEN_GROUPS, len(architectures))):
        yield {architectures[i] for i in order[group::OPEN_GROUPS]}


def _whole(
    task: Task,
    split: int,
    known: Sequence[PreparedSet],
    asked: Sequence[PreparedSet],
    family: Callable[[PreparedSet], str],
) -> Trial:
    return Trial(
        task,
        split,
        {each.name: np.arange(len(each)) for each in known},
        {each.name: family(each) for each in known},
        {each.name: np.arange(len(each)) for each in asked},
        {each.name: family(each) for each in asked},
    )
