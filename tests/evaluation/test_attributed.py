"""Methods that name single pictures, on the queries of an evaluation."""

import numpy as np
import pytest

import whorl
from whorl import ScoreError
from whorl.evaluation.evaluate import evaluate
from whorl.evaluation.methods import chosen_methods
from whorl.images.array import ArraySource
from whorl.manifold import Manifold
from whorl.report.evaluation import evaluation_tables
from whorl.report.evaluation.paired_display import PairedDisplay

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


def test_each_picture_is_asked_once_by_itself(found):
    """Not twenty draws: all forty pictures of a set in new-run, each once."""
    single = [e for e in found.outcomes if (e.method, e.task, e.size) == ("pixels-linear", "new-run", 1)]
    by_query = {}
    for each in single:
        by_query.setdefault(each.query, []).append(each.draw)
    assert all(sorted(draws) == list(range(40)) for draws in by_query.values())
    assert found.evaluation.rate("new-run", "pixels-linear", 1).queries == 40 * len(by_query)


def test_artifacts_are_held_against_ablations_and_baselines_on_single_pictures_too(found):
    pairs = {(e.method, e.other, e.size) for e in found.evaluation.paired if e.task == "new-pictures"}
    mine = "manifold:rgb:linear"
    assert pairs == {(mine, other, n) for other in ("raw:rgb:linear", "pixels-linear") for n in (1, 12)}
    (one,) = [
        e
        for e in found.evaluation.paired
        if (e.task, e.other, e.size) == ("new-pictures", "pixels-linear", 1)
    ]
    rates = [found.evaluation.rate("new-pictures", name, 1).value for name in (mine, "pixels-linear")]
    assert one.value == pytest.approx(rates[0] - rates[1])
    again = type(found.evaluation).from_dict(found.evaluation.to_dict())
    assert again.paired == found.evaluation.paired
    grids = {each.title: each for each in evaluation_tables(found.evaluation).grids}
    grid = grids["Artifacts less other methods, new pictures of a known model"]
    assert [row[:2] for row in grid.rows] == [(mine, "pixels-linear"), (mine, "raw:rgb:linear")]
    told = PairedDisplay(found.evaluation, "new-pictures").plot(small=True).description
    assert "1 picture per query" in told
    assert "manifold:rgb:linear less raw:rgb:linear" in told


def test_ablations_come_with_artifacts_unless_told_otherwise(manifold):
    names = ("means", "manifold:rgb:linear")
    assert chosen_methods(names, {}, [manifold], ablations=True).names == (
        *names, "raw:rgb:linear", "random:rgb:linear",
    )  # fmt: skip
    assert chosen_methods(names, {}, [manifold]).names == names


def test_real_pictures_are_a_class_for_single_pictures_and_no_model_or_stranger(place, reference, manifold):
    real = ArraySource(np.concatenate([draw(30, 500), draw(10, 7)]), name="held-out")  # ten are X_R's
    options = {"sizes": (1, 12), "splits": 1, "draws": 2, "cache": None, "manifolds": [manifold]}
    tasks = ("new-pictures", "unknown-architecture")
    told = evaluate(
        reference, place / "sets", methods=("means", "pixels-linear"), tasks=tasks, real=real, **options
    )
    asked = [e for e in told.outcomes if e.query == "real"]
    assert {(e.method, e.task, e.truth) for e in asked} == {("pixels-linear", task, "real") for task in tasks}
    assert np.mean([e.right for e in asked if e.size == 12]) > 0.9
    assert "real" in {e.answer for e in told.outcomes}
    assert "real" not in {e.answer for e in told.outcomes if e.method == "means"}
    assert "real" not in {each.name for each in told.evaluation.sets}
    assert any("10 of the real pictures" in each for each in told.evaluation.warnings)
    with pytest.raises(ScoreError, match="Leave out --real"):
        evaluate(reference, place / "sets", methods=("means",), real=real, cache=None)


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
