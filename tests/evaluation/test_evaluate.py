"""The whole evaluation on small sets of real files: right, the same again, resumed, and refused."""

import dataclasses
import json

import numpy as np
import pytest

import whorl
from whorl import ScoreError
from whorl.evaluation import answering as module
from whorl.evaluation.evaluate import evaluate
from whorl.evaluation.results import Evaluation
from whorl.fingerprints.methods import DEFAULT
from whorl.fingerprints.trained import PRESETS

COLOURS = {"red": (200, 60, 60), "green": (60, 200, 60), "blue": (60, 60, 200), "grey": (120, 120, 120)}


def draw(n, seed, colour=(128, 128, 128), noise=30.0):
    rng = np.random.default_rng(seed)
    slope = rng.normal(size=(n, 1, 1, 3)) * np.linspace(-12, 12, 8)[None, :, None, None]
    pictures = np.array(colour) + slope + rng.normal(size=(n, 1, 1, 3)) * noise
    return (pictures + rng.normal(size=(n, 8, 8, 3)) * 6).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    here = tmp_path_factory.mktemp("sets")
    for i, (name, colour) in enumerate(COLOURS.items()):
        for run in (1, 2):
            (here / "sets" / name).mkdir(parents=True, exist_ok=True)
            np.savez(here / "sets" / name / f"run{run}.npz", draw(60 + 10 * run, 10 * i + run, colour))
    return here


@pytest.fixture(scope="module")
def reference():
    return whorl.Reference.fit(
        draw(400, 1, noise=60), draw(200, 2, noise=60), encoder="pixels:8", cells=3, min_generated=5, partitions=2,
        sensitivity=0,
    )  # fmt: skip


OPTIONS = {"sizes": (15, 30, 90), "splits": 2, "draws": 4}


@pytest.fixture(scope="module")
def found(place, reference):
    return evaluate(reference, place / "sets", cache=place / "cache", **OPTIONS)


def test_models_that_differ_are_told_apart_and_runs_of_one_are_not(found):
    runs = found.evaluation.rate("new-run", DEFAULT, 30)
    assert (runs.value, runs.sets) == (1.0, 8)
    models = found.evaluation.rate("new-pictures", DEFAULT, 30)
    assert models.architecture == 1.0
    assert models.value < 0.95  # the two runs of a colour are one distribution


def test_what_could_not_be_run_is_listed(found):
    held = found.evaluation
    assert held.rate("new-pictures", DEFAULT, 90) is None
    told = {(each.task, each.why): each for each in held.not_run}
    few = told["new-pictures", "40 pictures can be asked for"]
    assert (few.sizes, few.names) == ((90,), tuple(f"{name}/run2" for name in sorted(COLOURS)))
    assert any(task == "other-data-set" and "one data set" in why for task, why in told)


def test_differences_times_curves_and_map_are_complete(found):
    held = found.evaluation
    others = set(held.methods) - {DEFAULT}
    for task in ("new-pictures", "new-run"):
        assert {each.other for each in held.differences if (each.task, each.size) == (task, 15)} == others
    assert all(each.compare > 0 and each.fingerprint > 0 for each in held.times)
    assert [each.name for each in held.sets] == sorted(
        f"{name}/run{run}" for name in COLOURS for run in (1, 2)
    )
    assert np.array(held.curve_distances, float).shape == (8, 8)
    assert len({each.position for each in held.sets}) == 8
    assert {each.method for each in held.open_set} == set(held.methods)


def test_every_answer_is_there(found):
    mine = [each for each in found.outcomes if each.method == DEFAULT and each.task == "new-pictures"]
    assert len(mine) == 8 * 2 * 2 * 4
    right = np.mean([each.right for each in mine if each.size == 15])
    assert right == pytest.approx(found.evaluation.rate("new-pictures", DEFAULT, 15).value)


def test_the_evaluation_survives_json(found):
    text = json.dumps(found.evaluation.to_dict())
    assert Evaluation.from_dict(json.loads(text)) == found.evaluation


def test_a_second_run_reads_the_answers_and_a_damaged_one_is_found_anew(found, place, reference, monkeypatch):
    asked = []
    original = module.compared
    monkeypatch.setattr(module, "compared", lambda *a, **k: asked.append(a[2].name) or original(*a, **k))
    again = evaluate(reference, place / "sets", cache=place / "cache", **OPTIONS)
    assert asked == []
    assert again.evaluation == found.evaluation
    answers = sorted(path for path in (place / "cache").glob("*/*.json"))
    answers[0].write_text(answers[0].read_text().replace('"draw": 0', '"draw": 1', 1))
    answers[1].write_text("{")
    evaluate(reference, place / "sets", cache=place / "cache", **OPTIONS)
    assert len(asked) == 2


def test_a_run_that_was_stopped_goes_on(place, reference, tmp_path, monkeypatch):
    calls = []

    def stopped(*arguments, **named):
        if len(calls) == 5:
            raise KeyboardInterrupt
        calls.append(1)
        return original(*arguments, **named)

    original = module.compared
    monkeypatch.setattr(module, "compared", stopped)
    options = OPTIONS | {"tasks": ("new-pictures",), "methods": ("means", "ct-both", "copying")}
    with pytest.raises(KeyboardInterrupt):
        evaluate(reference, place / "sets", cache=tmp_path, **options)
    calls.clear()
    whole = evaluate(reference, place / "sets", cache=tmp_path, **options)
    assert len(calls) == 1
    monkeypatch.setattr(module, "compared", original)
    fresh = evaluate(reference, place / "sets", cache=None, **options)
    assert fresh.outcomes == whole.outcomes


def test_a_trained_method_answers_the_same_queries(found, place, reference, tmp_path, monkeypatch):
    short = dataclasses.replace(PRESETS["cnn"], epochs=12, size=8, learning_rate=3e-3)
    monkeypatch.setattr("whorl.evaluation.methods.PRESETS", {"cnn": short})
    options = OPTIONS | {"tasks": ("new-run", "unknown-architecture"), "splits": 1}
    held = evaluate(reference, place / "sets", methods=["cnn", DEFAULT], cache=tmp_path, **options)
    queries = {
        m: [(e.task, e.split, e.query, e.size, e.draw) for e in held.outcomes if e.method == m]
        for m in ("cnn", DEFAULT)
    }
    assert sorted(queries["cnn"]) == sorted(queries[DEFAULT])
    assert held.evaluation.rate("new-run", "cnn", 30).value > 0.7
    (time,) = [each for each in held.evaluation.times if each.method == "cnn"]
    assert time.train > 0
    assert held.evaluation.open_set[0].promised is None or held.evaluation.open_set[0].method == DEFAULT


def test_pictures_that_two_sets_share_are_warned_of(place, reference, tmp_path):
    for name, seed in (("red", 1), ("green", 2)):
        (tmp_path / "sets" / name).mkdir(parents=True)
        pictures = draw(40, seed)
        pictures[:7] = draw(7, 99)
        np.savez(tmp_path / "sets" / name / "a.npz", pictures)
    held = evaluate(
        reference, tmp_path / "sets", cache=None, sizes=(10,), splits=1, draws=1, tasks=("new-pictures",)
    )
    assert "7 pictures in common" in held.evaluation.warnings[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"methods": ["ct"]}, "no method 'ct'"),
        ({"methods": []}, "no method at all"),
        ({"weights": {"vit-tiny": "x"}}, "not among the methods to train"),
        ({"sizes": (3,)}, "at least 10 pictures"),
        ({"sizes": ()}, "at least 10 pictures"),
        ({"tasks": ("old-pictures",)}, "unknown task old-pictures"),
        ({"draws": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused_before_any_work(place, reference, options, message):
    with pytest.raises(ScoreError, match=message):
        evaluate(reference, place / "sets", cache=None, **options)
