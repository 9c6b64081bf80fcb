"""All parts of a structure at once: each equals its own function, resumes, and says why it is missing."""

import json
from functools import partial

import numpy as np
import pytest

from whorl.embeddings import from_arrays
from whorl.errors import ScoreError
from whorl.manifold import Manifold, fdr, fdr_null, random_artifacts
from whorl.structure import (
    DesignChoices,
    Structure,
    artifact_spectra,
    choice_traces,
    examples_by_class,
    layer_curve,
    layer_wise,
    measure_structure,
    space_ratio,
    structure_parts,
)
from whorl.structure.held_sets import HeldSets

WIDTH, LAYERS = 5, (1, 2)
# Cheap to learn; the linear classifier is measured in test_structure_layers.py.
HOW = {"dealings": 19, "components": 4, "splits": 2, "classifier": "nearest"}


def made(place, n=32, size=3.0):
    """Noise at layer 1, a shift of the model's own at layer 2."""
    rng = np.random.default_rng(10 + place)
    first, second = rng.normal(size=(2, n, WIDTH))
    return from_arrays({1: first, 2: second + size * np.eye(WIDTH)[place]}, source=f"m{place}")


@pytest.fixture(scope="module")
def manifold():
    rng = np.random.default_rng(0)
    return Manifold.from_embeddings({layer: rng.normal(size=(200, WIDTH)) for layer in LAYERS})


@pytest.fixture(scope="module")
def sets():
    return {f"m{place}": made(place) for place in range(4)}


@pytest.fixture(scope="module")
def table():
    return DesignChoices({f"m{i}": {"loss": "l1" if i < 2 else "l2", "norm": f"n{i % 3}"} for i in range(4)})


@pytest.fixture(scope="module")
def found(manifold, sets, table):
    return measure_structure(manifold, sets, real=made(4), choices=table, **HOW)


def test_every_part_is_what_its_own_function_gives(manifold, sets, table, found):
    every = {**sets, "real": made(4)}
    assert found.curve == layer_curve(manifold, every, components=4, splits=2, classifier="nearest")
    assert found.at == found.curve.best.layer == 2
    for point in found.curve.points:
        for kind, name in (("nearest", "artifacts"), ("raw", "raw"), ("random", "random")):
            assert found.ratio(point.layer, kind).ratio.value == getattr(point, name).fdr
    values = {
        label: manifold.artifacts(held, 2).values[held.canonical_order()] for label, held in every.items()
    }
    assert found.ratio(2).ratio == fdr(values, components=4)
    assert found.ratio(2).null == fdr_null(values, components=4, dealings=19)
    del values["real"]
    assert found.choices == choice_traces(values, table, components=4)
    assert found.map.labels == found.labels == ("m0", "m1", "m2", "m3", "real")
    assert (found.d, found.pictures, found.in_manifold) == (4, (32,) * 5, (0,) * 5)


def test_a_shift_has_a_small_p_and_noise_has_not(found):
    assert found.ratio(2).null.p == 0.05
    assert found.ratio(2).ratio.value > 2
    assert found.ratio(1).null.p > 0.05


def test_it_is_written_and_read_again(found):
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert Structure.from_dict(written).to_dict() == found.to_dict()
    with pytest.raises(ScoreError, match="expected whorl-structure/1"):
        Structure.from_dict(written | {"more": 1})
    with pytest.raises(ScoreError, match="damaged"):
        Structure.from_dict(written | {"not_measured": [{"part": "map"}]})


def test_the_order_of_pictures_and_models_decides_nothing(manifold, sets, table, found):
    rng = np.random.default_rng(0)
    mixed = {}
    for name, held in reversed(sets.items()):
        order = rng.permutation(len(held))
        mixed[name] = from_arrays({layer: held.layer(layer)[order] for layer in LAYERS})
    again = measure_structure(manifold, mixed, real=made(4), choices=table, **HOW)
    assert again.to_dict() == found.to_dict()


def test_a_stopped_run_goes_on_where_it_was(manifold, sets, table, found, tmp_path, monkeypatch):
    true, asked = structure_parts.space_ratio, []

    def stops(held, layer, kind, **how):
        if len(asked) == 4:
            raise KeyboardInterrupt
        asked.append((layer, kind))
        return true(held, layer, kind, **how)

    def measure(**more):
        return measure_structure(
            manifold, sets, real=made(4), choices=table, answers=tmp_path, **{**HOW, **more}
        )

    monkeypatch.setattr(structure_parts, "space_ratio", stops)
    with pytest.raises(KeyboardInterrupt):
        measure()
    monkeypatch.setattr(
        structure_parts, "space_ratio", lambda *a, **k: (asked.append(a[1:]), true(*a, **k))[1]
    )
    assert measure().to_dict() == found.to_dict()
    assert len(asked) == len(set(asked)) == 6
    for name in ("space_ratio", "choice_traces", "artifact_map"):
        monkeypatch.setattr(structure_parts, name, lambda *_, **__: pytest.fail("was kept"))
    assert measure().to_dict() == found.to_dict()
    next(iter(sorted(tmp_path.glob("*/*.json")))).write_text("{}")
    monkeypatch.undo()
    assert measure().to_dict() == found.to_dict()


def test_nothing_is_projected_or_compared_twice(manifold, sets, table, monkeypatch):
    def no_map(values, **_):
        raise ScoreError("this takes too long.")

    projected, compared = [], []
    nearest, ratio = Manifold._projected, space_ratio.fdr
    monkeypatch.setattr(
        Manifold,
        "_projected",
        lambda self, held, q: (projected.append((held.source, q.layer)), nearest(self, held, q))[1],
    )
    monkeypatch.setattr(space_ratio, "fdr", lambda *a, **k: (compared.append(1), ratio(*a, **k))[1])
    monkeypatch.setattr(
        layer_wise, "fdr", lambda *_, **__: pytest.fail("the curve takes the ratios that are there")
    )
    monkeypatch.setattr(structure_parts, "artifact_map", no_map)
    found = measure_structure(manifold, sets, choices=table, **HOW)
    assert found.why_not("map") == "this takes too long."
    assert sorted(projected) == sorted((name, layer) for name in sets for layer in LAYERS)
    assert len(compared) == 3 * len(LAYERS)


def test_what_is_remembered_of_a_projection_gives_the_same_artifacts(manifold, sets):
    held = HeldSets(manifold, sets, 0)
    for layer in LAYERS:
        for kind, made in (("nearest", manifold.artifacts), ("random", partial(random_artifacts, manifold))):
            first, again = held.values(layer, kind), held.values(layer, kind)
            for name, each in sets.items():
                true = made(each, layer).values[each.canonical_order()]
                np.testing.assert_array_equal(first[name], true)
                np.testing.assert_array_equal(again[name], true)
        assert not np.array_equal(held.values(layer, "raw")["m0"], held.values(layer)["m0"])


def test_progress_names_each_class(real, capsys):
    rng = np.random.default_rng(5)
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    sets = {name: rng.integers(0, 256, (5, 8, 8, 3), dtype=np.uint8) for name in ("dark", "light")}
    measure_structure(manifold, sets, dealings=19, cache=None, progress=True)
    told = capsys.readouterr().err
    for words in ("dark: 5 pictures\n", "light: 5 pictures\n", "ratios: 3 ratios\n"):
        assert words in told
    assert "pictures: " not in told


def test_what_cannot_be_measured_says_why(manifold):
    few = {f"m{place}": made(place, n=8) for place in range(2)}
    found = measure_structure(manifold, few, dealings=19)
    assert found.curve is None
    assert "need at least 16 pictures" in found.why_not("layer curve")
    assert "no table" in found.why_not("design choices")
    assert "are vectors and no pictures" in found.why_not("spectra")
    assert found.why_not("map") == ""
    assert {each.layer for each in found.ratios} == {1, 2}
    assert found.at == max(LAYERS, key=lambda layer: found.ratio(layer).ratio.value)
    with pytest.raises(ScoreError, match="no ratio of the kind"):
        found.ratio(3)


def test_a_layer_that_is_the_same_for_every_picture_is_left_out(manifold, sets):
    rng = np.random.default_rng(0)
    flat = Manifold.from_embeddings({1: rng.normal(size=(200, WIDTH)), 0: rng.normal(size=(200, WIDTH))})
    same = {
        name: from_arrays({1: held.layer(2), 0: np.ones((len(held), WIDTH))}) for name, held in sets.items()
    }
    found = measure_structure(flat, same, **HOW)
    assert found.layers == (1,)
    assert found.why_not("layer 0").startswith("all pictures")
    with pytest.raises(ScoreError, match="nothing to measure"):
        measure_structure(flat, same, layers=[0], **HOW)


def test_in_the_space_of_pixels_there_are_spectra_and_examples(real):
    rng = np.random.default_rng(5)
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    sets = {
        name: rng.integers(*span, (20, 8, 8, 3), dtype=np.uint8)
        for name, span in (("dark", (0, 100)), ("light", (150, 256)))
    }
    with pytest.warns(UserWarning, match="40 of real are pictures of the manifold") as told:
        found = measure_structure(
            manifold, sets, real=real, dealings=19, splits=2, classifier="nearest", cache=None
        )
    assert len(told) == 1
    assert found.in_manifold == (0, 0, 40)
    artifacts = {
        name: manifold.artifacts(each, cache=None).values.reshape(-1, 3, 8, 8) for name, each in sets.items()
    }
    np.testing.assert_allclose(found.spectra.mean, artifact_spectra(artifacts).mean)
    assert (found.spectra.pictures, found.spectra.real_pictures) == ((20, 20), 40)
    shown = examples_by_class(manifold, {**sets, "real": real}, count=3, cache=None)
    assert {name: len(each) for name, each in shown.items()} == {"dark": 3, "light": 3, "real": 3}
    assert examples_by_class(Manifold.from_embeddings({1: np.eye(3)}), sets) == {}


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"layers": [9]}, "different ones of 1, 2"),
        ({"at": 3}, "at=3 is none of the layers"),
        ({"splits": 1}, "splits must be at least 2"),
        ({"dealings": 18}, "dealings must be at least 19"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"components": 6}, "components must lie between 1 and 5"),
        ({"classifier": "forest"}, "no classifier 'forest'"),
        (
            {"choices": DesignChoices({n: {"loss": n} for n in ("m0", "x")})},
            "design choices has 'x', of which",
        ),
        ({"real": from_arrays({1: np.ones((1, 5)), 2: np.ones((1, 5))})}, "real has 1"),
    ],
)
def test_bad_arguments_are_refused_before_work(manifold, sets, how, told, monkeypatch):
    for name in ("space_ratio", "curve_on"):
        monkeypatch.setattr(structure_parts, name, lambda *_, **__: pytest.fail("work was done"))
    with pytest.raises(ScoreError, match=told):
        measure_structure(manifold, sets, **how)


def test_bad_sets_are_refused_before_work(manifold, sets, monkeypatch):
    for name in ("space_ratio", "curve_on"):
        monkeypatch.setattr(structure_parts, name, lambda *_, **__: pytest.fail("work was done"))
    broken = np.ones((9, WIDTH))
    broken[3, 2] = np.nan
    for bad, told in (
        (from_arrays({1: np.ones((9, WIDTH)), 2: broken}), "NaN or infinity for 1 of 9"),
        (from_arrays({1: np.ones((9, WIDTH)), 2: np.ones((9, 3))}), "another space"),
        (from_arrays({1: np.ones((9, WIDTH))}), "keys of rows of layers"),
        (from_arrays({layer: np.ones((1, WIDTH)) for layer in LAYERS}), "m9 has 1"),
    ):
        with pytest.raises(ScoreError, match=told):
            measure_structure(manifold, {**sets, "m9": bad}, dealings=19)
    with pytest.raises(ScoreError, match="at least 2 of them; got m0"):
        measure_structure(manifold, {"m0": sets["m0"]})
    with pytest.raises(ScoreError, match="give these as real="):
        measure_structure(manifold, {**sets, "real": sets["m0"]})
