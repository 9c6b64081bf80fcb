"""A zoo that goes on from a pack of itself."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from whorl import StorageError
from whorl.embeddings.progress import Silent
from whorl.lab.generators.pndm import PNDM
from whorl.lab.zoo.build import build_zoo
from whorl.lab.zoo.pack import pack_zoo
from whorl.lab.zoo.packed import PackedZoo

TINY = {"size": "tiny", "steps": 2, "grids": 0, "architectures": ["sngan", "contragan"], "pictures": 40}


class Steps(Silent):
    """Counts training steps and pictures drawn."""

    def __init__(self):
        self.counts = {}

    def begin(self, label, total, done, unit="pictures"):
        self._unit = unit if label != "read" else "read"

    def advance(self, count):
        self.counts[self._unit] = self.counts.get(self._unit, 0) + count


@pytest.fixture
def pack(tiny_zoo, tmp_path):
    """The first runs of two architectures, packed."""
    shutil.copytree(tiny_zoo.folder, tmp_path / "first")
    zoo = build_zoo(tiny_zoo.data["name"], tmp_path / "first", **TINY, runs=1)
    return pack_zoo(zoo, tmp_path / "pack")


def test_models_of_a_pack_are_not_trained_again(pack, tiny_zoo, tmp_path):
    told = Steps()
    zoo = build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **TINY, runs=2, packed=[pack], progress=told)
    assert (told.counts["steps"], told.counts["pictures"]) == (4, 80)  # the second runs alone
    wanted = {model.name: model for model in tiny_zoo.models if model.architecture in TINY["architectures"]}
    assert {model.name: model for model in zoo.models} == wanted
    assert not (tmp_path / "zoo/models/sngan/run-1").exists()
    again = Steps()
    assert (
        build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **TINY, runs=2, packed=[pack], progress=again)
        == zoo
    )
    assert not {"steps", "pictures"} & again.counts.keys()


def test_the_pack_that_comes_out_is_that_of_a_zoo_trained_whole(pack, tiny_zoo, tmp_path):
    whole = build_zoo(tiny_zoo.data["name"], tmp_path / "first", **TINY, runs=2)
    grown = build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **TINY, runs=2, packed=[pack])
    first, second = pack_zoo(whole, tmp_path / "whole"), pack_zoo(grown, pack, overwrite=True)
    assert {file.name: file.read_bytes() for file in first.iterdir()} == {
        file.name: file.read_bytes() for file in second.iterdir()
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 3}, r"seed \(0 in the pack, 3 here\)"),
        ({"pictures": 41}, r"pictures \(40 in the pack, 41 here\)"),
        ({"steps": 3}, "of another recipe: .* 2 steps; this zoo's is trained for 3"),
    ],
)
def test_a_pack_of_another_zoo_is_refused_before_anything_is_trained(
    pack, tiny_zoo, tmp_path, changes, message
):
    with pytest.raises(StorageError, match=message):
        build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **(TINY | changes), runs=2, packed=[pack])
    assert not list(tmp_path.glob("zoo/models/*/*/checkpoint*"))


def test_a_damaged_pack_is_refused(pack, tiny_zoo, tmp_path):
    def build():
        return build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **TINY, runs=1, packed=[pack])

    whole = (pack / "sngan.npz").read_bytes()
    (pack / "sngan.npz").write_bytes(whole[:2000] + b"\0" + whole[2001:])
    with pytest.raises(StorageError, match=r"sngan\.npz is damaged"):
        build()
    (pack / "sngan.npz").unlink()
    with pytest.raises(StorageError, match=r"sngan\.npz is damaged"):
        build()
    said = json.loads((pack / "recipe.json").read_text())
    (pack / "recipe.json").write_text(json.dumps(said | {"schema": "another"}))
    with pytest.raises(StorageError, match=r"no packed zoo's .*another"):
        PackedZoo.read(pack)
    (pack / "recipe.json").unlink()
    with pytest.raises(StorageError, match="no packed zoo's"):
        build()


def test_pictures_that_are_not_the_packs_are_left_and_named(pack, tiny_zoo, tmp_path):
    place = tmp_path / "zoo/pictures/sngan/run-1.npz"
    place.parent.mkdir(parents=True)
    shutil.copy(tiny_zoo.folder / "pictures/sngan/run-2.npz", place)
    before = place.read_bytes()
    with pytest.raises(StorageError, match="holds other pictures than"):
        build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **TINY, runs=1, packed=[pack])
    assert place.read_bytes() == before


def test_pictures_that_were_drawn_in_another_way_are_refused(tiny_zoo, tmp_path, monkeypatch):
    """The weights of PNDM stayed the same when it learned to clip; its pictures did not."""
    options = {**TINY, "architectures": ["pndm"], "runs": 1}
    shutil.copytree(tiny_zoo.folder, tmp_path / "old")
    pack = pack_zoo(build_zoo(tiny_zoo.data["name"], tmp_path / "old", **options), tmp_path / "pack")
    assert json.loads((pack / "recipe.json").read_text())["sets"]["pndm.npz::run-1"]["drawing"] == 2
    monkeypatch.setattr("whorl.lab.generators.pndm.PNDM", replace(PNDM, drawing=3))
    with pytest.raises(StorageError, match="an earlier version drew in another way"):
        build_zoo(tiny_zoo.data["name"], tmp_path / "new", **options, packed=[pack])
    with pytest.raises(StorageError, match=r"differ in drawing \(2 there, 3 here\)"):
        build_zoo(tiny_zoo.data["name"], tmp_path / "old", **options)


def test_a_set_of_before_there_was_a_second_way_counts_as_the_first(tiny_zoo, tmp_path):
    shutil.copytree(tiny_zoo.folder, tmp_path / "zoo")
    for name, refused in (("sngan", False), ("pndm", True)):
        path = tmp_path / f"zoo/pictures/{name}/run-1.npz"
        with np.load(path) as held:
            recipe = json.loads(str(held["recipe"]))
            del recipe["drawing"]
            np.savez(path, arr_0=held["arr_0"], recipe=np.array(json.dumps(recipe)))
        options = {**TINY, "architectures": [name], "runs": 1}
        if not refused:
            build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **options)
            continue
        with pytest.raises(StorageError, match=r"differ in drawing \(1 there, 2 here\)"):
            build_zoo(tiny_zoo.data["name"], tmp_path / "zoo", **options)
