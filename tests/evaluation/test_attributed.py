"""Methods that name single pictures, on the queries of an evaluation."""

import numpy as np
import pytest

import whorl
from whorl import ScoreError
from whorl.evaluation.evaluate import evaluate
from whorl.manifold import Manifold

COLOURS = {"red": (200, 60, 60), "green": (60, 200, 60), "blue": (60, 60, 200), "grey": (120, 120, 120)}


def draw(n, seed, colour=(128, 128, 128)):
    rng = np.random.default_rng(seed)
    return (np.array(colour) + rng.normal(size=(n, 8, 8, 3)) * 20).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    here = tmp_path_factory.mktemp("attributed")
    for i, (name, colour) in enumerate(COLOURS.items()):
        for run in (1, 2):
            (here / "sets" / name).mkdir(parents=True, exist_ok=True)
            np.savez(here / "sets" / name / f"run{run}.npz", draw(40, 10 * i + run, colour))
    return here


@pytest.fixture(scope="module")
def reference():
    real = [
        np.concatenate([draw(40, 100 * s + i, c) for i, c in enumerate(COLOURS.values())]) for s in (1, 2)
    ]
    return whorl.Reference.fit(
        *real, encoder="pixels:8", cells=2, min_generated=5, partitions=1, sensitivity=0
    )


@pytest.fixture(scope="module")
def manifold():
    return Manifold.fit(draw(80, 7), encoder="pixels:8", cache=None)


@pytest.fixture(scope="module")
def found(place, reference, manifold):
    methods = ("means", "pixels-linear", "manifold:rgb:linear", "raw:rgb:linear")
    options = {"sizes": (1, 12), "splits": 1, "draws": 5, "cache": place / "cache", "manifolds": [manifold]}
    return evaluate(reference, place / "sets", methods=methods, **options)


def test_single_pictures_are_named_and_fingerprints_are_not_asked_of_them(found):
    held = found.evaluation
    for method in ("pixels-linear", "manifold:rgb:linear", "raw:rgb:linear"):
        assert held.rate("new-run", method, 1).value > 0.95
        assert held.rate("new-run", method, 12).value == 1
        assert held.rate("new-pictures", method, 12).architecture == 1
    assert held.rate("new-run", "means", 1) is None
    assert held.rate("new-run", "means", 12).value == 1


def test_every_method_answers_the_same_queries(found):
    asked = {}
    for each in found.outcomes:
        if each.size == 12:
            asked.setdefault(each.method, set()).add((each.task, each.split, each.query, each.draw))
    assert len({frozenset(queries) for queries in asked.values()}) == 1


def test_both_kinds_of_methods_are_held_against_each_other(found):
    held = found.evaluation.agreements
    assert {each.size for each in held} == {12}
    assert {(each.method, each.other) for each in held} == {
        ("means", other) for other in ("pixels-linear", "manifold:rgb:linear", "raw:rgb:linear")
    }
    (one,) = [each for each in held if (each.task, each.other) == ("new-run", "pixels-linear")]
    assert (one.value, one.right, one.method_alone, one.other_alone) == (1, 1, 1, 1)
    assert one.queries == found.evaluation.rate("new-run", "means", 12).queries
    assert any(each.task == "unknown-architecture" for each in held)


def test_unknown_models_are_judged_by_what_was_learned_of_strangers(found):
    single = [e for e in found.outcomes if e.method == "pixels-linear" and e.task == "unknown-architecture"]
    assert single
    # With four architectures and a third unknown, two or three are known: of two, nothing is learned of strangers.
    told = [e for e in single if e.accepted is not None]
    assert told
    assert {e.promised for e in told} == {2 / 4}  # three known architectures can promise no less
    assert {e.method for e in found.evaluation.open_set} >= {"means"}


def test_training_costs_time_and_answers_are_kept(found, place, reference, manifold):
    times = {each.method: each for each in found.evaluation.times}
    assert times["pixels-linear"].train > 0
    assert times["means"].train == 0
    again = evaluate(
        reference,
        place / "sets",
        methods=found.evaluation.methods,
        sizes=(1, 12),
        splits=1,
        draws=5,
        cache=place / "cache",
        manifolds=[manifold],
    )
    assert again.outcomes == found.outcomes
    assert {each.method: each for each in again.evaluation.times} == times  # the stored ones


@pytest.mark.parametrize(
    ("methods", "told"),
    [
        (("manifold:freq",), "space 'spectrum'"),
        (("manifold:3",), "space 3"),
        (("nobody",), "durall"),
        (("raw",), "manifold:SPACE"),
        (("wang:",), "wang:NAME"),
    ],
)
def test_unknown_methods_and_missing_manifolds_are_told(place, reference, manifold, methods, told):
    with pytest.raises(ScoreError, match=told):
        evaluate(reference, place / "sets", methods=methods, manifolds=[manifold], cache=None)


def test_single_pictures_need_a_method_for_them(place, reference):
    with pytest.raises(ScoreError, match="at least 10"):
        evaluate(reference, place / "sets", methods=("means",), sizes=(1,), cache=None)
