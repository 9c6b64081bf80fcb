"""A Reference that knows how its layers respond, and curves of chosen layers."""

import json
from dataclasses import replace

import numpy as np
import pytest

from small_vit import blocks, save_small_vit
from whorl import Curve, Reference, ScoreError, StorageError, load_encoder
from whorl.memorization.held_out import held_out_pictures
from whorl.memorization.reference_folder import write_profile
from whorl.report import headline
from whorl.report.words import notes
from whorl.sensitivity import choose, measure

T, P, Q = blocks(200, 1), blocks(60, 0), blocks(60, 2)
FIT = {"cells": 2, "sensitivity": 12, "cache": None}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_small_vit(tmp_path_factory.mktemp("vit"))


@pytest.fixture(scope="module")
def reference(folder):
    return Reference.fit(T, P, encoder=folder, **FIT)


def test_the_profile_is_that_of_held_out_pictures_and_decides_no_score(reference, folder):
    alone = measure(P, folder, pictures=12, cache=None)
    assert reference.sensitivity.to_dict() == alone.to_dict()
    without = Reference.fit(T, P, encoder=folder, cells=2, sensitivity=0, cache=None)
    assert without.sensitivity is None
    assert without.digest == reference.digest


def test_it_survives_the_folder_and_its_bytes_are_checked(reference, tmp_path):
    reference.save(tmp_path / "ref")
    loaded = Reference.load(tmp_path / "ref")
    assert loaded.sensitivity.to_dict() == reference.sensitivity.to_dict()
    assert "layer 1, high level: layer 2" in loaded.summary()["sensitivity"]
    manifest = json.loads((tmp_path / "ref" / "manifest.json").read_text())
    manifest["sensitivity"]["n_pictures"] = 999
    (tmp_path / "ref" / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    with pytest.raises(StorageError, match="changed since it was written"):
        Reference.load(tmp_path / "ref")


def test_a_profile_is_added_to_a_reference_without_building_it_anew(reference, tmp_path):
    bare = replace(reference, sensitivity=None)
    bare.save(tmp_path / "ref")
    before = {p.name: p.read_bytes() for p in (tmp_path / "ref").iterdir()}
    write_profile(tmp_path / "ref", reference.sensitivity)
    after = {p.name: p.read_bytes() for p in (tmp_path / "ref").iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"manifest.json"}
    loaded = Reference.load(tmp_path / "ref")
    assert loaded.digest == bare.digest
    assert loaded.sensitivity.to_dict() == reference.sensitivity.to_dict()
    assert bare.with_sensitivity(reference.sensitivity).sensitivity is reference.sensitivity
    with pytest.raises(ScoreError, match="another encoder"):
        bare.with_sensitivity(replace(reference.sensitivity, encoder="ff" * 32))


def test_auto_fits_the_two_layers_that_the_profile_chooses(reference, folder):
    auto = Reference.fit(T, P, encoder=folder, layers="auto", **FIT)
    chosen = choose(reference.sensitivity)
    assert auto.layers == chosen.layers == (1, 2)
    assert auto.sensitivity.layers == (1, 2, 3)
    given = Reference.fit(T, P, encoder=folder, layers=[1, 2], **FIT)
    assert auto.digest == given.digest
    scored = auto.curve(Q, layers="auto", cache=None)
    assert (scored.layers, scored.of_layers, scored.auto) == ((1, 2), (), True)
    assert notes(scored) == ()  # all that this Reference has


def test_auto_says_what_it_needs(folder):
    with pytest.raises(ScoreError, match="at least 10"):
        Reference.fit(T, P, encoder=folder, layers="auto", cells=2, sensitivity=0, cache=None)
    with pytest.raises(ScoreError, match="name or folder"):
        Reference.fit(T, P, encoder=load_encoder(folder), layers="auto", **FIT)
    with pytest.raises(ScoreError, match="at least two"):
        Reference.fit(T, P, encoder="pixels:8", layers="auto", **FIT)
    with pytest.raises(ScoreError, match="0 for none"):
        Reference.fit(T, P, encoder=folder, cells=2, sensitivity=-1, cache=None)


def test_few_held_out_pictures_leave_out_the_profile_and_nothing_else(folder):
    assert Reference.fit(T, P[:8], encoder=folder, **FIT).sensitivity is None
    assert Reference.fit(T, P[[0, 1, 2, 3] * 5], encoder=folder, **FIT).sensitivity is None


def test_a_curve_of_chosen_layers_judges_these_alone(reference):
    whole = reference.curve(Q, cache=None)
    some = reference.curve(Q, layers=[3, 1], cache=None)
    assert (some.layers, some.of_layers, some.auto) == ((1, 3), (1, 2, 3), False)
    assert some.reference == whole.reference == reference.digest
    assert np.array_equal(some.values, whole.values[[0, 2]])
    assert [layer.layer for layer in some.evidence.layers] == [1, 3]
    # A family of two instead of three: no adjusted p-value can be larger.
    adjusted = {layer.layer: layer.adjusted_copies for layer in whole.evidence.layers}
    assert all(layer.adjusted_copies <= adjusted[layer.layer] for layer in some.evidence.layers)
    assert {pair.layer for pair in some.closest_pairs} == {1, 3}
    assert whole.of_layers == ()
    again = Curve.from_dict(json.loads(json.dumps(some.to_dict())))
    assert (again.of_layers, again.auto) == ((1, 2, 3), False)


def test_a_curve_of_chosen_layers_says_so(reference):
    some = reference.curve(T[:60], layers="auto", cache=None)
    assert some.auto
    assert "Of the 3 layers of this Reference, layers 1, 2 are scored" in notes(some)[0]
    assert "Signs of copying" in headline(some)
    one = reference.curve(Q, layers=[2], cache=None)
    assert "layer 2 is scored, as asked for. The verdict is over it alone" in notes(one)[0]


def test_wrong_layers_are_refused_before_anything_is_encoded(reference):
    for layers, message in (([7], "layers 1, 2, 3"), ([], "at least one"), ("last", "a list of layers")):
        with pytest.raises(ScoreError, match=message):
            reference.curve(Q, layers=layers, encoder="no such encoder", cache=None)
    with pytest.raises(ScoreError, match="whorl reference sensitivity"):
        replace(reference, sensitivity=None).curve(Q, layers="auto", cache=None)


def test_held_out_pictures_are_found_again_and_must_be_the_same(reference):
    drawn = held_out_pictures(reference.test, P, pictures=12, seed=0)
    assert len(drawn) == 12
    from whorl import ImageError

    with pytest.raises(ImageError, match="another than the one"):
        held_out_pictures(reference.test, 255 - P, pictures=12, seed=0)
    anonymous = Reference.fit(T, P, encoder="pixels:8", keep_ids=False, **FIT)
    assert len(held_out_pictures(anonymous.test, 255 - P, pictures=12, seed=0)) == 12
