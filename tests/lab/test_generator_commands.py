"""`whorl lab train` and `whorl lab sample`."""

import json
import os
import signal

import numpy as np
import pytest
from typer.testing import CliRunner

import whorl
from whorl.cli.app import app
from whorl.cli.lab_train import Architecture, Size
from whorl.embeddings.progress import Silent
from whorl.errors import StorageError, WhorlError, WhorlWarning
from whorl.lab.generators.architectures import NAMES, architecture_named
from whorl.lab.generators.load import load_generator
from whorl.lab.generators.reached import Reached, reached
from whorl.lab.generators.sample import draw_pictures
from whorl.lab.generators.train import train_generator
from whorl.lab.training.interruption import StoppedError


def run(*words):
    return CliRunner().invoke(app, ["lab", *map(str, words)])


def test_train_and_sample(blobs, tmp_path):
    folder, pictures = tmp_path / "g", tmp_path / "p.npz"
    options = (
        "--size",
        "tiny",
        "--steps",
        4,
        "--batch-size",
        8,
        "--seed",
        3,
        "--keep-epochs",
        1,
        "--grids",
        1,
    )
    done = run("train", "ddim", blobs, "-o", folder, *options, "--flips", "--json", "-q")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["steps"], told["recipe"]["architecture"], told["recipe"]["flips"]) == (4, "ddim", True)
    assert told["recipe"]["image_size"] == 32
    done = run("sample", folder, "-n", 5, "--seed", 1, "-o", pictures, "--json", "-q", "--checkpoint", 1)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["count"], told["seed"], told["architecture"]) == (5, 1, "ddim")
    with np.load(pictures, allow_pickle=False) as file:
        assert file.files == ["arr_0"]
        drawn = file["arr_0"]
    assert (drawn.shape, drawn.dtype) == ((5, 32, 32, 3), np.uint8)
    assert np.array_equal(drawn, load_generator(folder, checkpoint=1).sample(5, seed=1))
    assert np.array_equal(whorl.open_images(pictures)[4], drawn[4])


def test_sampling_says_how_far_the_training_had_come(blobs, tiny_recipe, tmp_path):
    recipe = tiny_recipe(epochs=3)

    class Stops(Silent):
        def begin(self, label, total, done, unit="pictures"):
            self.training, self.steps = unit == "steps", 0

        def advance(self, count):
            self.steps += count
            if self.training and self.steps == 5:
                os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(StoppedError) as stopped:
        train_generator(blobs, tmp_path / "g", recipe=recipe, keep_epochs=(1,), grids=0, progress=Stops())
    assert stopped.value.number == signal.SIGTERM
    words = ("sample", tmp_path / "g", "-n", 1, "-q", "-o")
    with pytest.warns(WhorlWarning, match="has not ended; these weights are of step 5 of 9"):
        done = run(*words, tmp_path / "a.npz")
    assert "weights of step 5 of 9" in " ".join(done.output.split())
    with pytest.warns(WhorlWarning, match="step 3 of 9"):
        told = json.loads(run(*words, tmp_path / "b.npz", "--checkpoint", 1, "--json").stdout)
    assert told["training"] == {"step": 3, "steps": 9, "minutes": None, "finished": False}
    train_generator(blobs, tmp_path / "g", recipe=recipe, keep_epochs=(1,), grids=0)
    told = json.loads(run(*words, tmp_path / "c.npz", "--json").stdout)
    assert told["training"] == {"step": 9, "steps": 9, "minutes": None, "finished": True}


def test_sampling_knows_when_the_minutes_of_a_training_are_over(blobs, tiny_recipe, tmp_path):
    trained = train_generator(blobs, tmp_path / "g", recipe=tiny_recipe(minutes=0.005), grids=0)
    done = reached(tmp_path / "g")
    assert done == Reached(trained.steps, None, 0.005, True)
    config = json.loads((tmp_path / "g/config.json").read_text())
    config["recipe"]["minutes"] = 60.0
    (tmp_path / "g/config.json").write_text(json.dumps(config))
    assert reached(tmp_path / "g").finished is False
    (tmp_path / "g/checkpoint.safetensors").unlink()
    assert reached(tmp_path / "g").finished is None


def test_batch_size_and_start_change_no_picture(tiny_ddpm, tmp_path):
    model = load_generator(tiny_ddpm.folder)
    whole = draw_pictures(model, tmp_path / "whole.npz", count=19, seed=2)
    for batch_size in (4, 18, 100):
        again = draw_pictures(model, tmp_path / f"{batch_size}.npz", count=19, seed=2, batch_size=batch_size)
        assert again.digest == whole.digest
    later = draw_pictures(model, tmp_path / "later.npz", count=2, seed=2, start=17)
    assert np.array_equal(np.load(tmp_path / "whole.npz")["arr_0"][17:], np.load(later.output)["arr_0"])


def test_an_existing_file_is_not_overwritten_and_nothing_is_left_half_written(
    tiny_ddpm, tmp_path, monkeypatch
):
    model, path = load_generator(tiny_ddpm.folder), tmp_path / "p.npz"
    path.write_bytes(b"mine")
    with pytest.raises(StorageError, match=r"p\.npz exists already"):
        draw_pictures(model, path, count=1)
    assert path.read_bytes() == b"mine"
    with pytest.raises(StorageError, match=r"written as \.npz"):
        draw_pictures(model, tmp_path / "p.npy", count=1)
    with pytest.raises(WhorlError, match="at least 1"):
        draw_pictures(model, tmp_path / "q.npz", count=0)

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(StorageError, match="No space left"):
        draw_pictures(model, tmp_path / "q.npz", count=1)
    assert [file.name for file in tmp_path.iterdir()] == ["p.npz"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--epochs", 1, "--steps", 2), "at most one of"),
        (("--keep-epochs", "1;2"), "numbers with commas"),
        (("--learning-rate", 0), "'--learning-rate': must be above 0; got 0"),
    ],
)
def test_options_that_make_no_sense_are_refused(blobs, tmp_path, words, message):
    done = run("train", "ddpm", blobs, "-o", tmp_path / "g", "--size", "tiny", *words)
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())
    assert not (tmp_path / "g").exists()


def test_the_command_line_names_every_architecture_and_size():
    assert tuple(Architecture) == NAMES
    assert all(tuple(architecture_named(name).presets) == tuple(Size) for name in NAMES)
