"""Section 6: does a Reference of another data set identify as well as the training set's own?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from whorl.embeddings.options import resolve
from whorl.evaluation.answering import Design, answered
from whorl.evaluation.methods import chosen_methods
from whorl.evaluation.outcomes import Outcome
from whorl.evaluation.rates import grouped, rate_of
from whorl.evaluation.results import TASKS, Task
from whorl.evaluation.store import AnswerStore
from whorl.evaluation.trials import plan
from whorl.fingerprints.methods import DEFAULT
from whorl.lab.studies.gains import gain_of
from whorl.lab.studies.material import Material
from whorl.lab.studies.panels import CurvesPanel, RateRow, RatesPanel
from whorl.lab.studies.record import measured_record
from whorl.lab.studies.result import Claim, StudyResult, by_p_values
from whorl.lab.studies.seen import Seen
from whorl.lab.studies.set_curves import set_curves
from whorl.lab.studies.study import Study

_METHODS = ("ct-both", "ct-l2", "ct-cosine", DEFAULT)
_TASKS: tuple[Task, ...] = ("new-pictures", "new-run")
_SPLITS, _DRAWS, _QUERY = 3, 5, 100
_MARGIN = 0.1

_Answers = Mapping[tuple[Task, str], list[Outcome]]


def _check(material: Material) -> None:
    material.expect_eyes()
    material.expect_generic()
    material.expect_zoo(groups=True)


def _run(study: Study, material: Material) -> StudyResult:
    eyes = {"own": material.first, "generic": material.generic}
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
    chances = _chances(material)
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
            chances[task],
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
        claims=tuple(_claims(found["own"], found["generic"], keys, chances, material.inputs.seed)),
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
        material.options,
    )
    every = [each for part in answers for each in part.outcomes]
    return {(held[0].task, method): held for (_, method, _), held in grouped(every).items()}


def _chances(material: Material) -> dict[Task, float]:
    """Return what guessing gives: one set of all, or one architecture of all."""
    return {
        "new-pictures": 1 / len(material.sets),
        "new-run": 1 / len({place.architecture for place in material.sets}),
    }


def _claims(
    own: _Answers,
    generic: _Answers,
    keys: Sequence[tuple[Task, str]],
    chances: Mapping[Task, float],
    seed: int,
) -> Iterator[Claim]:
    for key in keys:
        task, method = key
        found = gain_of(generic[key], own[key], margin=_MARGIN, seed=seed)
        mine = rate_of(own[key], seed=seed)
        # Where the training set's own Reference names no better than guessing, there is nothing to be as good as.
        told = mine.low > chances[task]
        yield Claim(
            says="a generic Reference identifies as well as the training set's own",
            where="section 6",
            about=f"{method}, {TASKS[task]}, {generic[key][0].size} pictures a query; its own names "
            f"{mine.value:.0%} rightly{'' if told else ', no better than guessing'}",
            measure="accuracy on the generic Reference less that on its own; -0.10 still counts as equal",
            value=found.value,
            low=found.low,
            high=found.high,
            p_value=found.p_above,
            outcome=by_p_values(found.p_above, found.p_below) if told else "not decided",
        )


GENERIC_REFERENCE = Study(
    "generic-reference",
    "A Reference of another data set",
    "Does identification need the training set, or will any set of real pictures do?",
    _check,
    _run,
)
