"""A zoo: what is in it, what is taken as it is, what is refused."""

import json
import shutil

import numpy as np
import pytest

from whorl import StorageError, WhorlError
from whorl.embeddings.progress import Silent
from whorl.evaluation.sets import find_sets
from whorl.lab.generators.architectures import NAMES
from whorl.lab.generators.load import load_generator
from whorl.lab.generators.recipe import recipe_for
from whorl.lab.generators.sample import draw_pictures
from whorl.lab.zoo.build import build_zoo
from whorl.lab.zoo.order import ZOO_ORDER

TINY = {"size": "tiny", "steps": 2, "grids": 0}


class Watcher(Silent):
    """Counts what is trained and drawn, and raises after a number of steps."""

    def __init__(self, stop_after=None):
        self.counts, self.labels, self.notes, self._stop = {"steps": 0, "pictures": 0}, [], [], stop_after

    def begin(self, label, total, done, unit="pictures"):
        self._unit = unit if label != "read" else "read"
        self.labels.append(label)

    def advance(self, count):
        if self._unit != "read":
            self.counts[self._unit] += count
        if self.counts["steps"] == self._stop:
            self._stop = None
            raise SystemError("killed")

    def note(self, text):
        self.notes.append(text)


@pytest.fixture
def one_model(tiny_zoo, tmp_path):
    """A copy of one model and its pictures, and how to build that zoo again."""
    for part in ("models/sngan/run-1", "pictures/sngan/run-1.npz"):
        target = tmp_path / "zoo" / part
        target.parent.mkdir(parents=True)
        copy = shutil.copytree if part.startswith("models") else shutil.copy
        copy(tiny_zoo.folder / part, target)

    def build(**changes):
        data = changes.pop("data", None)
        options = {**TINY, "architectures": ["sngan"], "runs": 1, "pictures": 40, **changes}
        return build_zoo(data if data is not None else build.data, tmp_path / "zoo", **options)

    build.data = tiny_zoo.data["name"]
    build.folder, build.file = tmp_path / "zoo/models/sngan/run-1", tmp_path / "zoo/pictures/sngan/run-1.npz"
    return build


def pixels(path):
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["arr_0"]


def test_every_model_has_the_seed_of_its_place_and_run(tiny_zoo):
    assert ZOO_ORDER == ("sngan", "contragan", "ddpm", "biggan-deep", "ddim", "pndm")
    assert set(ZOO_ORDER) <= set(NAMES)
    seeds = {model.name: model.seed for model in tiny_zoo.models}
    assert seeds == {
        "sngan/run-1": 0, "contragan/run-1": 1, "ddpm/run-1": 2, "biggan-deep/run-1": 3, "ddim/run-1": 4,
        "pndm/run-1": 5, "sngan/run-2": 6, "contragan/run-2": 7, "ddpm/run-2": 8, "biggan-deep/run-2": 9,
        "ddim/run-2": 10, "pndm/run-2": 11,
    }  # fmt: skip
    assert list(seeds.values()) == list(range(12))


def test_models_and_pictures_are_those_of_train_and_sample(tiny_zoo):
    places = {place.name: place for place in find_sets(tiny_zoo.sets)}
    assert places.keys() == {model.name for model in tiny_zoo.models}
    for model in (tiny_zoo.models[2], tiny_zoo.models[9]):
        folder = tiny_zoo.model_folder(model)
        recipe = recipe_for(model.architecture, "tiny", seed=model.seed, steps=2)
        assert json.loads((folder / "config.json").read_text())["recipe"] == recipe.to_dict()
        drawn = pixels(places[model.name].path)
        assert drawn.shape == (40, 32, 32, 3)
        assert np.array_equal(drawn[17:20], load_generator(folder).sample(3, seed=model.seed, start=17))
    assert len({model.digest for model in tiny_zoo.models}) == 12


def test_a_finished_zoo_is_taken_as_it_is(tiny_zoo):
    def state():
        return {path: path.stat().st_mtime_ns for path in tiny_zoo.folder.rglob("*")}

    before, watcher = state(), Watcher()
    again = build_zoo(tiny_zoo.data["name"], tiny_zoo.folder, **TINY, runs=2, pictures=40, progress=watcher)
    assert again == tiny_zoo
    assert (state(), watcher.counts) == (before, {"steps": 0, "pictures": 0})


def test_a_killed_zoo_goes_on_and_becomes_the_same(tiny_zoo, tmp_path):
    def build(progress):
        options = {**TINY, "architectures": ["sngan"], "runs": 2, "pictures": 40}
        return build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **options, progress=progress)

    killed, watcher = Watcher(stop_after=3), Watcher()  # in the second model
    with pytest.raises(SystemError):
        build(killed)
    done = build(watcher)
    assert watcher.counts == {"steps": 2, "pictures": 40}  # the first model was finished
    assert [model.digest for model in done.models] == [tiny_zoo.models[0].digest, tiny_zoo.models[6].digest]
    assert watcher.labels[1:] == [
        "model 2 of 2, sngan/run-2: train sngan", "model 2 of 2, sngan/run-2: draw from sngan"
    ]  # fmt: skip
    assert any("the whole zoo: about" in note for note in killed.notes)


def test_pictures_of_lab_sample_are_accepted_and_get_their_recipe(one_model):
    before = pixels(one_model.file)
    one_model.file.unlink()
    draw_pictures(load_generator(one_model.folder), one_model.file, count=40, seed=0)
    built, watcher = one_model(), Watcher()
    assert np.array_equal(pixels(one_model.file), before)
    with np.load(one_model.file, allow_pickle=False) as arrays:
        recipe = json.loads(str(arrays["recipe"]))
    assert (recipe["seed"], recipe["count"], recipe["digest"]) == (0, 40, built.models[0].digest)
    assert one_model(progress=watcher) == built
    assert watcher.counts["pictures"] == 0


def test_pictures_of_another_seed_are_refused_though_they_say_nothing(one_model):
    one_model.file.unlink()
    draw_pictures(load_generator(one_model.folder), one_model.file, count=40, seed=1)
    before = one_model.file.read_bytes()
    with pytest.raises(StorageError, match=r"first 16 are not those that sngan draws with seed 0"):
        one_model()
    assert one_model.file.read_bytes() == before


def test_missing_pictures_alone_are_drawn_and_more_are_refused(one_model):
    before, watcher = pixels(one_model.file), Watcher()
    one_model(pictures=45, progress=watcher)
    after = pixels(one_model.file)
    assert watcher.counts == {"steps": 0, "pictures": 5}
    assert np.array_equal(after[:40], before)
    assert np.array_equal(after, load_generator(one_model.folder).sample(45, seed=0))
    with pytest.raises(StorageError, match=r"run-1\.npz holds 45 pictures, and this zoo's sets have 40"):
        one_model(pictures=40)


def test_damaged_pictures_and_those_of_other_weights_are_refused(one_model):
    good = one_model.file.read_bytes()
    for bad, message in (
        (good[: len(good) // 2], "cannot be read as a set of pictures"),
        (b"", "cannot be read as a set of pictures"),
    ):
        one_model.file.write_bytes(bad)
        with pytest.raises(StorageError, match=message):
            one_model()
    with np.load(_written(one_model.file, good), allow_pickle=False) as arrays:
        stored, recipe = arrays["arr_0"], json.loads(str(arrays["recipe"]))
    _put(one_model.file, 255 - stored, recipe)
    with pytest.raises(StorageError, match="is damaged: its 40 pictures are not those"):
        one_model()
    _put(one_model.file, stored, recipe | {"weights": "0" * 64, "seed": 3})
    with pytest.raises(StorageError, match=r"weights \(000000000000\.\.\. there, .*seed \(3 there, 0 here\)"):
        one_model()
    np.savez(one_model.file, arr_0=np.zeros((40, 5)))
    with pytest.raises(StorageError, match=r"holds float64 \(40, 5\)"):
        one_model()


def _written(path, data):
    path.write_bytes(data)
    return path


def _put(path, stored, recipe):
    np.savez_compressed(path, arr_0=stored, recipe=np.array(json.dumps(recipe)))


def test_models_of_another_zoo_are_refused_by_name(one_model, digits):
    with pytest.raises(StorageError, match=r"seed \(0 there, 7 here\)"):
        one_model(seed=7)
    with pytest.raises(StorageError, match=r"pictures \(.*::train there, .*::test here\)"):
        one_model(data=f"{digits}::test")
    with pytest.raises(StorageError, match="trained for 2 steps; this zoo's models are trained for 1"):
        one_model(steps=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"runs": 0}, "runs must be at least 1; got 0"),
        ({"pictures": 0}, "pictures must be at least 1; got 0"),
        ({"architectures": ["sngan", "vae"]}, "among sngan, .*; got vae"),
        ({"architectures": []}, "got none"),
        ({"size": "huge"}, "size must be one of"),
        ({}, "labels"),  # contragan would refuse them, after sngan had been trained
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_trained(tmp_path, changes, message):
    unlabelled = np.zeros((40, 32, 32, 3), np.uint8)
    with pytest.raises(WhorlError, match=message):
        build_zoo(unlabelled, tmp_path / "zoo", **{**TINY, "pictures": 1, **changes})
    assert not (tmp_path / "zoo").exists()
