"""A zoo judged, drawn, written and packed."""

import json
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import sqrtm

import whorl
from whorl import ImageError, StorageError, WhorlError
from whorl.embeddings import embed
from whorl.evaluation.sets import find_sets
from whorl.lab.zoo.display import ZooDisplay
from whorl.lab.zoo.distances import distance_text
from whorl.lab.zoo.folder import write_zoo
from whorl.lab.zoo.judge import DRAWS, ZooJudgement, judge_zoo, yardstick
from whorl.lab.zoo.pack import check_pack_place, pack_zoo
from whorl.lab.zoo.pixel_gaussian import pixel_gaussian
from whorl.lab.zoo.zoo import read_zoo

ENCODER = "pixels:8"


@pytest.fixture(scope="module")
def train(digits):
    return f"{digits}::train"


@pytest.fixture(scope="module")
def held_out(digits):
    return f"{digits}::test"


@pytest.fixture(scope="module")
def judged(tiny_zoo, train, held_out):
    return judge_zoo(tiny_zoo, train, held_out, encoder=ENCODER)


@pytest.fixture(scope="module")
def copied(tiny_zoo, tmp_path_factory):
    """The zoo without its models, in a folder that may be written to."""
    folder = tmp_path_factory.mktemp("copy") / "zoo"
    shutil.copytree(tiny_zoo.sets, folder / "pictures")
    return replace(tiny_zoo, folder=folder)


def test_distances_are_those_of_the_formula(tiny_zoo, judged, train):
    a = embed(train, ENCODER).layer("pixels").astype(np.float64)
    b = embed(tiny_zoo.pictures_file(tiny_zoo.models[1]), ENCODER).layer("pixels").astype(np.float64)
    A, B = np.cov(a.T), np.cov(b.T)
    root = np.real(sqrtm(A @ B))
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(A + B - 2 * root)
    assert judged.distances["contragan/run-1"] == pytest.approx(expected, rel=1e-3)
    assert (judged.n, judged.n_train, judged.dimensions, judged.layer) == (40, 240, 192, "pixels")
    assert judged.distances.keys() == {model.name for model in tiny_zoo.models}


def test_real_pictures_are_nearest_and_all_numbers_come_back_from_json(judged, tiny_zoo, train, held_out):
    assert 0 < max(judged.held_out.draws) < min(judged.pixel_gaussian.draws)
    assert max(judged.held_out.draws) < min(judged.distances.values())
    assert ZooJudgement.from_dict(json.loads(json.dumps(judged.to_dict()))) == judged
    with pytest.raises(WhorlError, match="expected schema"):
        ZooJudgement.from_dict({**judged.to_dict(), "schema": "other/1"})
    again = judge_zoo(tiny_zoo, train, held_out, encoder=ENCODER, seed=1)
    assert again.distances == judged.distances
    assert again.held_out != judged.held_out


def test_held_out_and_gaussian_pictures_are_drawn_several_times_and_no_picture_twice(
    tiny_zoo, judged, train, held_out
):
    assert (len(judged.held_out.draws), len(judged.pixel_gaussian.draws)) == (
        3,
        DRAWS,
    )  # 120 held out, 40 a set
    a = embed(train, ENCODER).layer("pixels").astype(np.float64)
    rest = embed(held_out, ENCODER).layer("pixels").astype(np.float64)
    # The three draws are all of the held-out pictures: their means' mean is the mean of all.
    told = judged.to_dict()["held_out"]
    assert told["mean"] == pytest.approx(np.mean(told["draws"]))
    assert (told["least"], told["largest"]) == (min(told["draws"]), max(told["draws"]))
    assert told["least"] < told["largest"]
    A, B = np.cov(a.T), np.cov(rest.T)
    together = ((a.mean(0) - rest.mean(0)) ** 2).sum() + np.trace(A + B - 2 * np.real(sqrtm(A @ B)))
    assert together < told["least"]  # three times as many pictures, so a smaller bias
    assert "mean of 3 draws, the Gaussian: of 5" in yardstick(judged)
    few = judge_zoo(tiny_zoo, train, f"{held_out}[:79]", encoder=ENCODER)
    assert len(few.held_out.draws) == 1
    assert "one draw alone" in yardstick(few)
    assert few.held_out.text == distance_text(few.held_out.mean)


def test_other_training_pictures_and_too_few_held_out_ones_are_refused(tiny_zoo, train, held_out):
    with pytest.raises(
        ImageError, match=r"::test are not the pictures that this zoo learned from, .*::train"
    ):
        judge_zoo(tiny_zoo, held_out, train, encoder=ENCODER)
    with pytest.raises(ImageError, match=r"39 pictures; a zoo of 40 pictures a model needs as many"):
        judge_zoo(tiny_zoo, train, f"{held_out}[:39]", encoder=ENCODER)


def test_the_pixelwise_gaussian_has_the_means_and_spreads_and_nothing_else():
    rng = np.random.default_rng(0)
    shared = rng.normal(0, 20, (2000, 1, 1, 1))
    pictures = (
        (100 + 20 * np.arange(3) + shared + np.zeros((1, 4, 4, 1))).round().clip(0, 255).astype(np.uint8)
    )
    drawn = pixel_gaussian(pictures, 3000, seed=1)
    assert (drawn.shape, drawn.dtype) == ((3000, 4, 4, 3), np.uint8)
    # Standard errors: 20 / sqrt(3000) = 0.37 of a mean, 20 / sqrt(6000) = 0.26 of a spread.
    assert np.abs(drawn.mean(0) - pictures.mean(0)).max() < 5 * 0.37
    assert np.abs(drawn.std(0) - pictures.std(0)).max() < 5 * 0.26
    assert np.corrcoef(pictures[:, 0, 0, 0], pictures[:, 3, 3, 2])[0, 1] > 0.99
    assert abs(np.corrcoef(drawn[:, 0, 0, 0], drawn[:, 3, 3, 2])[0, 1]) < 5 / np.sqrt(3000)
    assert np.array_equal(drawn[:7], pixel_gaussian(pictures, 7, seed=1))
    assert not np.array_equal(drawn[:7], pixel_gaussian(pictures, 7, seed=2))
    with pytest.raises(WhorlError, match="needs pictures"):
        pixel_gaussian(pictures[:0], 1, seed=0)


def test_the_figure_has_a_strip_of_each_model_by_architecture(tiny_zoo, judged, train):
    display = ZooDisplay.from_zoo(tiny_zoo, train, judged).plot()
    names = [strip.name for strip in display.strips]
    assert names[:4] == ["real pictures", "sngan/run-1", "sngan/run-2", "contragan/run-1"]
    assert names[-1] == "pixel-wise Gaussian"
    assert {len(strip.pictures) for strip in display.strips} == {8}
    ax = display.figure_.axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == names
    assert ax.texts[1].get_text() == distance_text(judged.distances["sngan/run-1"])
    assert ax.texts[0].get_text() == judged.held_out.text
    assert "mean of 3 draws" in display.description
    assert f"contragan/run-1: {distance_text(judged.distances['contragan/run-1'])}" in display.description
    assert ZooDisplay.from_zoo(tiny_zoo, train).strips[0].distance is None


def test_zoo_json_and_the_figure_stand_in_the_folder(copied, judged, train):
    write_zoo(copied, train, judged)
    assert read_zoo(copied.folder) == copied
    assert ZooJudgement.from_dict(json.loads((copied.folder / "zoo.json").read_text())["judgement"]) == judged
    first = (copied.folder / "zoo.svg").read_bytes()
    assert (copied.folder / "zoo.png").read_bytes()[:4] == b"\x89PNG"
    write_zoo(copied, train, judged)
    assert (copied.folder / "zoo.svg").read_bytes() == first
    with pytest.raises(StorageError, match=r"zoo\.json is no zoo's"):
        read_zoo(copied.folder / "pictures")


def test_a_pack_holds_every_set_and_says_how_it_was_made(tiny_zoo, judged, tmp_path):
    folder = pack_zoo(tiny_zoo, tmp_path / "pack", judgement=judged)
    assert [place.name for place in find_sets(folder)] == sorted(model.name for model in tiny_zoo.models)
    recipe = json.loads((folder / "recipe.json").read_text())
    for model in (tiny_zoo.models[0], tiny_zoo.models[-1]):
        packed = whorl.open_images(f"{folder / model.architecture}.npz::run-{model.run}")
        loose = whorl.open_images(tiny_zoo.pictures_file(model))
        assert len(packed) == 40
        assert all(np.array_equal(packed[i], loose[i]) for i in (0, 39))
        said = recipe["sets"][f"{model.architecture}.npz::run-{model.run}"]
        assert (said["seed"], said["steps"], said["digest"]) == (model.seed, 2, model.digest)
        assert said["recipe"]["batch_size"] == model.recipe.batch_size
        assert said["frechet_distance"] == judged.distances[model.name]
    assert (recipe["data"]["name"], recipe["data"]["count"]) == ("digits.npz::train", 240)
    readme = (folder / "README.md").read_text()
    assert f"| `pndm.npz::run-2` | 11 | 2 | {distance_text(judged.distances['pndm/run-2'])} |" in readme
    assert "of pixels" in readme
    assert f"held-out real pictures: {judged.held_out.text}." in readme
    assert yardstick(judged) in readme


def test_equal_zoos_give_equal_bytes_without_any_path(tiny_zoo, copied, judged, tmp_path, digits):
    one, other = pack_zoo(tiny_zoo, tmp_path / "one", judgement=judged), tmp_path / "two"
    elsewhere = replace(copied, data={**tiny_zoo.data, "name": "/other/place/digits.npz::train"})
    pack_zoo(elsewhere, other, judgement=replace(judged, encoder="/other/place/pixels:8"))
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    for name in names:
        data = (one / name).read_bytes()
        assert data == (other / name).read_bytes()
        parts = [data]
        if name.endswith(".npz"):
            with zipfile.ZipFile(one / name) as archive:
                parts += [archive.read(entry) for entry in archive.namelist()]
        assert not any(str(place.parent).encode() in part for place in (digits, tmp_path) for part in parts)


def test_a_pack_is_left_alone_replaced_when_asked_and_takes_no_other_folder(
    tiny_zoo, copied, judged, tmp_path
):
    folder = pack_zoo(tiny_zoo, tmp_path / "pack", judgement=judged)
    before = (folder / "sngan.npz").stat().st_mtime_ns
    assert pack_zoo(tiny_zoo, folder, judgement=judged) == folder
    assert (folder / "sngan.npz").stat().st_mtime_ns == before
    with pytest.raises(StorageError, match="exists already"):
        pack_zoo(tiny_zoo, folder)
    pack_zoo(tiny_zoo, folder, overwrite=True)
    assert json.loads((folder / "recipe.json").read_text())["judgement"] is None
    check_pack_place(folder)
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(StorageError, match="holds more than an earlier result"):
        check_pack_place(folder, overwrite=True)
    changed = replace(tiny_zoo, models=(replace(tiny_zoo.models[0], digest="0" * 64), *tiny_zoo.models[1:]))
    with pytest.raises(StorageError, match=r"no longer holds the pictures of sngan/run-1"):
        pack_zoo(changed, tmp_path / "changed")
    assert not (tmp_path / "changed").exists()
