"""What is written of an attributor, what is made of it again, and what is refused."""

import json
import shutil

import numpy as np
import pytest
from attribution_makers import KINDS, gaussians, pictures, sources

from whorl.attribution.artifact_features import method_of
from whorl.attribution.attributor import Attributor
from whorl.attribution.baselines.durall import AzimuthalSpectrum
from whorl.attribution.baselines.nataraj import CoOccurrence
from whorl.attribution.classifiers.kinds import CLASSIFIERS
from whorl.attribution.classifiers.networks import Perceptron
from whorl.attribution.classifiers.training import Schedule
from whorl.attribution.folder import ARRAYS, load_attributor
from whorl.attribution.methods import METHODS, AttributionMethod
from whorl.errors import ScoreError, StorageError
from whorl.manifests import MANIFEST
from whorl.manifold import Manifold


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with two manifolds, and an attributor by artifacts on the first."""
    here = tmp_path_factory.mktemp("kept")
    real = np.concatenate([pictures(kind, 10, seed=9) for kind in KINDS])
    Manifold.fit(real, encoder="spectrum:16", cache=None).save(here / "manifold")
    Manifold.fit(real[1:], encoder="spectrum:16", cache=None).save(here / "other")
    method = method_of(Manifold.load(here / "manifold"), classifier="linear")
    Attributor.fit(method.tables(sources(15), cache=None), method.classifier).save(here / "known", method)
    return here


@pytest.fixture
def copied(place, tmp_path):
    return shutil.copytree(place, tmp_path / "copied")


def rewritten(folder, **changes):
    """The manifest with other values, and a checksum that fits them."""
    from whorl.files import digest_json

    manifest = json.loads((folder / MANIFEST).read_text()) | changes
    del manifest["checksum"]
    manifest["checksum"] = digest_json(manifest)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def test_the_same_answers_come_back_with_the_same_thresholds(place):
    method = method_of(Manifold.load(place / "manifold"), classifier="linear")
    before = Attributor.fit(method.tables(sources(15), cache=None), method.classifier)
    after, again = load_attributor(place / "known")
    assert again.name == method.name == "manifold:freq:linear"
    asked = again.features.features(sources(5, seed=1)["checks"], cache=None)
    one, two = before.attribute(asked), after.attribute(asked)
    np.testing.assert_array_equal(one.probabilities, two.probabilities)
    assert (one.labels, one.limits) == (two.labels, two.limits)
    np.testing.assert_array_equal(one.distances, two.distances)
    assert before.together(one) == after.together(two)
    assert before.describe() == after.describe()


@pytest.mark.parametrize("kind", ["linear", "nearest", "svm", "mlp"])
def test_each_kind_of_classifier_comes_back_bit_by_bit(tmp_path, kind):
    classifier = Perceptron(schedule=Schedule(3, 3, 16)) if kind == "mlp" else CLASSIFIERS[kind]
    tables = gaussians([[0, 0], [5, 5]], 20)
    made = Attributor.fit(tables, classifier, device="cpu")
    made.save(tmp_path / "a", AttributionMethod("durall", AzimuthalSpectrum(), classifier))
    again, _ = load_attributor(tmp_path / "a")
    np.testing.assert_array_equal(
        again.attribute(tables["0"]).probabilities, made.attribute(tables["0"]).probabilities
    )
    assert again.rejection.rate is None


def test_batch_norm_and_its_counters_come_back(tmp_path):
    from dataclasses import replace

    method = replace(METHODS["wang-small"], classifier=replace(METHODS["wang-small"].classifier))
    short = replace(method.classifier, schedule=Schedule(1, 1, 16))
    tables = method.tables({kind: each for kind, each in sources(10).items() if kind != "stripes"})
    made = Attributor.fit(tables, short, device="cpu")
    again, _ = load_attributor(made.save(tmp_path / "a", method))
    np.testing.assert_array_equal(
        again.attribute(tables["checks"]).probabilities, made.attribute(tables["checks"]).probabilities
    )


def test_both_may_move_together_and_the_attributor_alone(copied, tmp_path):
    assert load_attributor(copied / "known")[1].features.manifold.place == copied / "manifold"
    shutil.move(copied / "known", tmp_path / "alone")
    assert (
        load_attributor(tmp_path / "alone")[0].labels == KINDS
    )  # the first manifold still lies where it was


def test_without_its_manifold_nothing_is_answered(copied, tmp_path):
    rewritten(copied / "known", method=method_without_place(copied))
    with pytest.raises(StorageError, match=r"needs its manifold .* --manifold"):
        load_attributor(copied / "known")
    assert load_attributor(copied / "known", manifold=copied / "manifold")[0].labels == KINDS
    assert load_attributor(copied / "known", manifold=Manifold.load(copied / "manifold"))[0].labels == KINDS
    with pytest.raises(StorageError, match="is not the one that the attributor"):
        load_attributor(copied / "known", manifold=copied / "other")
    with pytest.raises(StorageError, match="no manifold"):
        load_attributor(copied / "known", manifold=tmp_path / "nowhere")


def method_without_place(copied):
    method = json.loads((copied / "known" / MANIFEST).read_text())["method"]
    return method | {"manifold": method["manifold"] | {"place": None, "beside": None}}


def test_another_manifold_at_the_same_place_is_not_taken_for_it(copied):
    shutil.rmtree(copied / "manifold")
    shutil.move(copied / "other", copied / "manifold")
    method = json.loads((copied / "known" / MANIFEST).read_text())["method"]
    rewritten(copied / "known", method=method | {"manifold": method["manifold"] | {"place": None}})
    with pytest.raises(StorageError, match="needs its manifold"):
        load_attributor(copied / "known")


@pytest.mark.parametrize("name", [MANIFEST, ARRAYS])
def test_a_changed_byte_is_found(copied, name):
    path = copied / "known" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StorageError, match="damaged"):
        load_attributor(copied / "known")


def test_what_is_missing_foreign_or_newer_is_refused(copied, tmp_path):
    with pytest.raises(StorageError, match="is no attributor"):
        load_attributor(tmp_path)
    with pytest.raises(StorageError, match="holds whorl-manifold/1"):
        load_attributor(copied / "manifold")
    rewritten(copied / "known", format="whorl-attributor/3")
    with pytest.raises(StorageError, match="Update Whorl"):
        load_attributor(copied / "known")
    rewritten(copied / "known", format="whorl-attributor/2", labels=None)
    with pytest.raises(StorageError, match="damaged: TypeError"):
        load_attributor(copied / "known")
    (copied / "known" / ARRAYS).unlink()
    with pytest.raises(StorageError, match="cannot be read"):
        load_attributor(copied / "known")


def test_features_of_another_version_are_refused(copied):
    method = json.loads((copied / "known" / MANIFEST).read_text())["method"]
    rewritten(copied / "known", method=method | {"features": method["features"] | {"version": 0}})
    with pytest.raises(StorageError, match="another version"):
        load_attributor(copied / "known")


def test_a_manifold_that_is_not_needed_is_refused(copied, tmp_path):
    made = Attributor.fit(gaussians([[0, 0], [5, 5]], 20), CLASSIFIERS["linear"])
    made.save(tmp_path / "a", METHODS["durall"])
    with pytest.raises(ScoreError, match="needs no manifold"):
        load_attributor(tmp_path / "a", manifold=copied / "manifold")


def test_a_method_that_nobody_could_make_again_is_not_saved(tmp_path):
    made = Attributor.fit(gaussians([[0, 0], [5, 5]], 20), CLASSIFIERS["linear"])
    for features, name in ((CoOccurrence(bins=16), "nataraj"), (CoOccurrence(), "mine")):
        with pytest.raises(StorageError, match="nobody could make it"):
            made.save(tmp_path / "a", AttributionMethod(name, features, CLASSIFIERS["linear"]))
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_overwritten(place, tmp_path):
    attributor, method = load_attributor(place / "known")
    attributor.save(tmp_path / "a", method)
    with pytest.raises(StorageError, match="exists already"):
        attributor.save(tmp_path / "a", method)
    attributor.save(tmp_path / "a", method, overwrite=True)
    (tmp_path / "a" / "mine.txt").write_text("keep")
    with pytest.raises(StorageError, match="holds more than"):
        attributor.save(tmp_path / "a", method, overwrite=True)
    assert (tmp_path / "a" / "mine.txt").read_text() == "keep"
