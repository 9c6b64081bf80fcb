"""Section 6: does a Reference of another data set identify as well as the training set's own?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from whorl.embeddings.options import resolve
from whorl.evaluation.answering import Design, answered
from whorl.evaluation.methods import chosen_methods
from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.rates import difference_of, grouped, rate_of
from whorl.evaluation.results import TASKS, Task
from whorl.evaluation.store import AnswerStore
from whorl.evaluation.trials import plan
from whorl.fingerprints.methods import DEFAULT
from whorl.lab.studies.material import Material, Seen
from whorl.lab.studies.panels import CurvesPanel, RateRow, RatesPanel
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult
from whorl.lab.studies.result import Outcome as Decided
from whorl.lab.studies.set_curves import set_curves
from whorl.lab.studies.study import Study

_METHODS = ("ct-both", "ct-l2", "ct-cosine", DEFAULT)
_TASKS: tuple[Task, ...] = ("new-pictures", "new-run")
_SPLITS, _DRAWS, _QUERY = 3, 5, 100
_MARGIN = 0.1

_Answers = Mapping[tuple[str, str], list[Outcome]]


def _run(study: Study, material: Material) -> StudyResult:
    eyes = {"own": material.seen[0], "generic": material.generic}
    places = material.sets
    found = {role: _answers(material, seen) for role, seen in eyes.items()}
    curves = {
        role: set_curves(material, seen, material.prepared(seen, places), resamples=0)
        for role, seen in eyes.items()
    }
    keys = [key for key in found["own"] if key in found["generic"]]
    titles = {
        role: f"{role}: {seen.reference.train.count:,} + {seen.reference.test.count:,} pictures"
        for role, seen in eyes.items()
    }
    rates = [
        RatesPanel(
            TASKS[task],
            tuple(
                RateRow(f"{method}, {role}", rate.value, rate.low, rate.high)
                for key_task, method in keys
                if key_task == task
                for role in eyes
                for rate in (rate_of(found[role][task, method], seed=material.inputs.seed),)
            ),
        )
        for task in _TASKS
        if any(key[0] == task for key in keys)
    ]
    lines = [
        CurvesPanel(titles[role], tuple(curve.line(curve.architecture) for curve in held))
        for role, held in curves.items()
    ]
    return StudyResult(
        study=study.name,
        title=study.title,
        asks=study.asks,
        claims=tuple(_claims(found["own"], found["generic"], keys, material.inputs.seed)),
        panels=(*rates, *lines),
        notes=(
            "On a generic Reference C_T no longer says whether a model copies its training data; it is a place to "
            "measure from, and nothing more.",
            f"'As well' is taken as: at most {100 * _MARGIN:.0f} points worse.",
        ),
        measured=measured_record(material, tuple(eyes.values()), places),
    )


def _answers(material: Material, seen: Seen) -> _Answers:
    sets, inputs = material.prepared(seen, material.sets), material.inputs
    plans = [plan(task, sets, splits=_SPLITS, seed=inputs.seed) for task in _TASKS]
    # New pictures are asked of half a set.
    size = min(_QUERY, min(map(len, sets)) // 2)
    answers = answered(
        [trial for held in plans for trial in held.trials],
        sets,
        chosen_methods(_METHODS, {}),
        Design((size,), _DRAWS, inputs.seed, inputs.device),
        AnswerStore(resolve(material.options).cache_folder),
        inputs.progress,
    )
    every = [each for part in answers for each in part.outcomes]
    return {(task, method): held for (task, method, _), held in grouped(every).items()}


def _claims(own: _Answers, generic: _Answers, keys: list[tuple[str, str]], seed: int) -> Iterator[Claim]:
    for key in keys:
        task, method = key
        found = difference_of(generic[key], own[key], seed=seed)
        if found.low > -_MARGIN:
            outcome: Decided = "agrees"
        else:
            outcome = "disagrees" if found.high < 0 else "not decided"
        yield Claim(
            says="a generic Reference identifies as well as the training set's own",
            where="section 6",
            about=f"{method}, {task}, {generic[key][0].size} pictures a query",
            measure="accuracy on the generic Reference less that on the training set's own",
            value=found.value,
            low=found.low,
            high=found.high,
            outcome=outcome,
        )


GENERIC_REFERENCE = Study(
    "generic-reference",
    "A Reference of another data set",
    "Does identification need the training set, or will any set of real pictures do?",
    _run,
)
