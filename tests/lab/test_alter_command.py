"""Altered sets on disk: what is in them, that they open, and that nothing is written over."""

import io
import json

import numpy as np
import pytest
from lab_squares import squares
from PIL import Image
from typer.testing import CliRunner

from whorl import open_images
from whorl.alterations import AlteredImages, PatchShuffle
from whorl.checks import check_image_source
from whorl.cli.app import app
from whorl.errors import StorageError
from whorl.images import labels_of
from whorl.lab.alter import SIMPLE, alter, alteration_named

PICTURES = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), dtype=np.uint8)
LABELS = np.arange(12) % 3


@pytest.fixture
def source(tmp_path):
    np.savez(tmp_path / "source.npz", x=PICTURES, x_labels=LABELS)
    return str(tmp_path / "source.npz")


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory):
    from whorl.lab.segmenter.recipe import SegmenterRecipe
    from whorl.lab.segmenter.train import train_segmenter

    folder = tmp_path_factory.mktemp("segmenter")
    made = squares(48, seed=0, size=8, side=4)
    np.savez(folder / "t.npz", x=made.pixels, x_labels=made.labels)
    tiny = SegmenterRecipe(width=2, blocks=1, size=8, epochs=1, batch_size=16, shift=1)
    return train_segmenter(folder / "t.npz", folder / "s", recipe=tiny).folder


def run(*arguments):
    return CliRunner().invoke(app, ["lab", *map(str, arguments)], catch_exceptions=True)


def patches(picture):
    return sorted(picture[y : y + 8, x : x + 8].tobytes() for y in range(0, 32, 8) for x in range(0, 32, 8))


def test_the_published_parameters_are_the_defaults(source, tmp_path):
    for name, published in (("rotation", 30), ("resolution", 4), ("patch-shuffle", 4)):
        done = run("alter", source, "--alteration", name, "-o", tmp_path / f"{name}.npz", "--json", "-q")
        assert done.exit_code == 0, done.output
        recipe = json.loads(done.stdout)
        assert recipe["strength"] == recipe["published"] == published
        assert recipe["count"] == 12
        with np.load(tmp_path / f"{name}.npz", allow_pickle=False) as arrays:
            inside = json.loads(str(arrays["recipe"]))
            assert recipe == {"path": str(tmp_path / f"{name}.npz"), **inside}
            assert arrays["ids"].tolist() == list(open_images(source).ids)
    shuffled = open_images(tmp_path / "patch-shuffle.npz")
    assert all(patches(shuffled[i]) == patches(PICTURES[i]) for i in range(12))
    blurred = open_images(tmp_path / "resolution.npz")[0].astype(float)
    assert np.abs(blurred.mean() - PICTURES[0].mean()) < 2
    assert blurred.std() < 0.5 * PICTURES[0].std()


def test_an_altered_set_is_a_source_with_the_labels_of_its_own(source, tmp_path):
    alter(source, tmp_path / "a.npz", PatchShuffle())
    written = open_images(tmp_path / "a.npz")
    check_image_source(written)
    assert labels_of(written) == tuple(LABELS.tolist())
    expected = AlteredImages(open_images(source), PatchShuffle(), 4.0)
    assert all(np.array_equal(written[i], expected[i]) for i in range(12))


def test_a_folder_has_one_folder_for_each_class(source, tmp_path):
    done = run("alter", source, "--alteration", "noise", "--strength", 8, "-o", tmp_path / "set", "-q")
    assert done.exit_code == 0, done.output
    assert "noise 8 grey levels of 255, seed 0" in done.stdout.replace("\n", " ")
    written = open_images(tmp_path / "set")
    assert labels_of(written) == tuple(str(label) for label in sorted(LABELS.tolist()))
    recipe = json.loads((tmp_path / "set" / "recipe.json").read_text())
    expected = AlteredImages(open_images(source), SIMPLE["noise"], 8.0)
    for index, (place, identifier) in enumerate(recipe["files"]):
        assert identifier == expected.ids[index]
        with Image.open(tmp_path / "set" / place) as file:
            assert np.array_equal(np.asarray(file), expected[index])


def test_the_neutral_strength_returns_the_pictures(source, tmp_path):
    for name, alteration in SIMPLE.items():
        alter(source, tmp_path / f"{name}.npz", alteration, strength=alteration.neutral)
        written = open_images(tmp_path / f"{name}.npz")
        assert all(np.array_equal(written[i], PICTURES[i]) for i in range(12))


def test_a_fixed_rotation_by_a_quarter_turn_is_exact(source, tmp_path):
    done = run(
        "alter", source, "--alteration", "rotation-fixed", "--strength", 90, "-o", tmp_path / "a.npz", "-q"
    )
    assert done.exit_code == 0, done.output
    written, ways = open_images(tmp_path / "a.npz"), set()
    for i in range(12):
        way = [k for k in (1, -1) if np.array_equal(written[i], np.rot90(PICTURES[i], k))]
        assert len(way) == 1
        ways |= set(way)
    assert ways == {1, -1}


def test_a_recipe_says_the_commands_own_name_and_no_folder_of_the_user(source, segmenter, tmp_path):
    np.savez(tmp_path / "land.npz", np.zeros((1, 8, 8, 3), np.uint8))
    swaps = {"background-noise": (), "background-landscape": ("--landscapes", tmp_path / "land.npz")}
    for name in (*SIMPLE, *swaps):
        options = ("--segmenter", segmenter, *swaps[name]) if name in swaps else ()
        strength = () if name in swaps else ("--strength", 2)
        place = tmp_path / f"out-{name}"
        done = run("alter", source, "--alteration", name, *strength, "-o", place, *options, "-q")
        assert done.exit_code == 0, done.output
        assert f"{name} " in done.stdout.replace("\n", " ")
        recipe = json.loads((place / "recipe.json").read_text())
        assert (recipe["command"], recipe["source"]) == (name, "source.npz")
        assert str(tmp_path) not in (place / "recipe.json").read_text()
        assert recipe["published"] == {"rotation": 30, "resolution": 4, "patch-shuffle": 4}.get(
            name, 1 if name in swaps else None
        )
    # What the altered pictures' digests cover keeps its name.
    assert SIMPLE["rotation"].name == "rotation up to"
    assert SIMPLE["rotation-fixed"].name == "rotation"


def test_equal_arguments_give_equal_bytes_and_another_seed_others(source, tmp_path):
    names = ("a.npz", "b.npz", "c.npz")
    for name, seed in zip(names, (0, 0, 1), strict=True):
        alter(source, tmp_path / name, SIMPLE["rotation"], seed=seed)
    one, same, other = ((tmp_path / name).read_bytes() for name in names)
    assert one == same
    assert one != other


def test_a_limited_set_is_part_of_the_whole_one(source, tmp_path):
    alter(source, tmp_path / "whole.npz", SIMPLE["rotation"])
    alter(source, tmp_path / "part.npz", SIMPLE["rotation"], limit_to=5)
    with np.load(tmp_path / "whole.npz") as whole, np.load(tmp_path / "part.npz") as part:
        place = dict(zip(whole["ids"].tolist(), whole["arr_0"], strict=True))
        assert len(part["ids"]) == 5
        for name, picture in zip(part["ids"].tolist(), part["arr_0"], strict=True):
            assert np.array_equal(place[name], picture)


@pytest.mark.parametrize("name", ["a.npz", "folder"])
def test_nothing_is_written_over_unasked_nor_what_is_not_ours(source, tmp_path, name):
    place = tmp_path / name
    arguments = ("alter", source, "--alteration", "resolution", "-o", place, "-q")
    assert run(*arguments).exit_code == 0
    again = run(*arguments)
    assert again.exit_code != 0
    assert "exists already" in str(again.exception) + again.output
    assert run(*arguments, "--strength", 2, "--overwrite").exit_code == 0
    foreign = tmp_path / "foreign.npz" if name == "a.npz" else tmp_path / "foreign"
    if name == "a.npz":
        np.savez(foreign, arr_0=PICTURES)
    else:
        foreign.mkdir()
        (foreign / "notes.txt").write_text("mine")
    refused = run(*arguments[:-2], foreign, "-q", "--overwrite")
    assert refused.exit_code != 0
    assert "not overwritten" in str(refused.exception) + refused.output


def test_backgrounds_by_a_segmenter(source, segmenter, tmp_path):
    shared = ("--segmenter", segmenter, "--json", "-q")
    done = run("alter", source, "--alteration", "background-noise", "-o", tmp_path / "n.npz", *shared)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["made_of"]["spread"] == "64"
    grey = np.stack([np.full((16, 16, 3), shade, np.uint8) for shade in (20, 120, 220)])
    np.savez(tmp_path / "land.npz", x=grey, labels=np.array([4, 5, 5]))
    landscapes = ("--landscapes", tmp_path / "land.npz", "--landscape-classes", "5")
    place = tmp_path / "l.npz"
    done = run("alter", source, "--alteration", "background-landscape", "-o", place, *landscapes, *shared)
    assert done.exit_code == 0, done.output
    made_of = json.loads(done.stdout)["made_of"]
    assert len(made_of["landscapes_digest"]) == 64
    written = open_images(place)
    for i in range(12):
        new = written[i][(written[i] != PICTURES[i]).any(axis=2)]
        assert len(np.unique(new)) <= 1  # one landscape
        assert set(np.unique(new)) <= {120, 220}
    assert any(not np.array_equal(written[i], PICTURES[i]) for i in range(12))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("noise", {}, "no published strength"),
        ("background-noise", {}, "needs --segmenter"),
        ("rotation", {"--landscapes": "x"}, "does not use --landscapes"),
        ("rotation", {"--landscape-classes": "1"}, "does not use --landscape-classes"),
        ("resolution", {"--strength": 0.5}, "at least 1"),
        ("rotation-fixed", {}, "no published strength"),
        (
            "patch-shuffle",
            {"--strength": 100},
            "cannot be cut into 100 patches a side; give a --strength of 32",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(source, tmp_path, name, options, message):
    parts = [str(part) for pair in options.items() for part in pair]
    refused = run("alter", source, "--alteration", name, "-o", tmp_path / "a.npz", *parts, "-q")
    assert refused.exit_code != 0
    assert message in str(refused.exception) + refused.output
    assert not (tmp_path / "a.npz").exists()


def test_pictures_of_several_sizes_go_to_a_folder(tmp_path):
    mixed = [Image.fromarray(PICTURES[0]), Image.fromarray(PICTURES[1][:20])]
    with pytest.raises(Exception, match="one size"):
        alter(mixed, tmp_path / "a.npz", SIMPLE["resolution"])
    assert [path.name for path in tmp_path.iterdir()] == []
    alter(mixed, tmp_path / "a", SIMPLE["resolution"])
    assert [open_images(tmp_path / "a")[i].shape[0] for i in range(2)] == [32, 20]


def test_names_of_alterations():
    with pytest.raises(Exception, match="no alteration is called 'blur'"):
        alteration_named("blur")


def test_the_training_command(tmp_path):
    made = squares(48, seed=0, size=8, side=4)
    np.savez(tmp_path / "t.npz", x=made.pixels, x_labels=made.labels)
    shape = ("--epochs", 1, "--width", 2, "--blocks", 1, "--size", 8, "--batch-size", 16)
    done = run("train-segmenter", tmp_path / "t.npz", "-o", tmp_path / "s", *shape, "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout[done.stdout.index("{") :])
    assert result["last"]["step"] == 2
    assert (tmp_path / "s" / "cut-outs.png").is_file()


def test_a_folder_of_sets_is_altered_set_by_set(tmp_path):
    for name in ("gan/run-1", "gan/run-2", "vae/run-1"):
        (tmp_path / "sets" / name).parent.mkdir(parents=True, exist_ok=True)
        np.save(tmp_path / "sets" / f"{name}.npy", PICTURES)
    command = (
        "alter",
        tmp_path / "sets",
        "--sets",
        "--alteration",
        "jpeg",
        "--strength",
        25,
        "-o",
        tmp_path / "out",
    )
    done = run(*command, "-q")
    assert done.exit_code == 0, done.output
    assert "36 pictures in 3 sets, jpeg 25" in done.output
    names = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.npz"))
    assert names == ["gan/run-1.npz", "gan/run-2.npz", "vae/run-1.npz"]
    written = open_images(tmp_path / "out" / "vae" / "run-1.npz")
    with io.BytesIO() as file:
        Image.fromarray(PICTURES[3]).save(file, "JPEG", quality=75)
        assert np.array_equal(written[3], np.asarray(Image.open(file).convert("RGB")))
    again = run(*command, "-q")
    assert isinstance(again.exception, StorageError)
    assert "exists already" in str(again.exception)
    assert run(*command, "-q", "--limit", 3).exit_code == 2
    assert run(*command, "-q", "--overwrite").exit_code == 0
