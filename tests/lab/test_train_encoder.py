"""A training ends in an encoder, and an interruption changes nothing."""

import json
import os
import signal

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import ViTModel

import whorl
from command_line import in_a_new_process, in_this_process
from whorl import EncoderError, ImageError, StorageError, WhorlError
from whorl.checks import check_encoder
from whorl.embeddings.progress import Silent
from whorl.lab.train_encoder import train_encoder
from whorl.lab.training import batches as batches_module
from whorl.lab.training.checkpoint import FILE
from whorl.lab.training.recipe import Recipe

SMALL = {"width": 32, "depth": 2, "size": 8, "batch_size": 16, "learning_rate": 3e-3}
STEPS = 5  # 96 pictures, 5 held out, 16 at a time


def recipe(**changes):
    return Recipe(**{"epochs": 3, **SMALL, **changes})


class Watcher(Silent):
    """Counts steps, and does something after a given one."""

    def __init__(self, after=None, action=None):
        self.steps, self._after, self._action, self._training = 0, after, action, False

    def begin(self, label, total, done, unit="pictures"):
        self._training = label == "train"

    def advance(self, count):
        if self._training:
            self.steps += 1
            if self.steps == self._after:
                self._action()


def killed():
    raise SystemError("killed")


def terminated():
    os.kill(os.getpid(), signal.SIGTERM)


def left(folder):
    history = json.loads((folder / "history.json").read_text())
    for epoch in history["epochs"]:
        del epoch["seconds"]
    return history, load_file(folder / "model.safetensors")


@pytest.fixture(scope="module")
def whole(coloured, tmp_path_factory):
    """A training that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "encoder"
    return train_encoder(coloured, folder, recipe=recipe())


def test_it_learns_and_leaves_an_encoder_like_any_other(whole, coloured):
    assert whole.last.step == 3 * STEPS
    assert whole.last.loss < json.loads((whole.folder / "history.json").read_text())["loss"]["means"][0]
    assert whole.last.knn > 0.5
    assert {path.name for path in whole.folder.iterdir()} == {
        "config.json", "model.safetensors", "preprocessor_config.json", "history.json", "curves.svg", FILE,
    }  # fmt: skip
    encoder = whorl.load_encoder(whole.folder)
    check_encoder(encoder)
    assert encoder.layers == (1, 2)
    assert encoder.settings["pooling"] == "cls"
    assert {value.dtype for value in load_file(whole.folder / "model.safetensors").values()} == {
        torch.float16
    }


def test_the_encoder_is_the_averaged_weights(whole):
    average = load_file(whole.folder / FILE)
    loaded = ViTModel.from_pretrained(whole.folder, add_pooling_layer=False, dtype=torch.float16)
    for name, value in loaded.state_dict().items():
        assert torch.equal(value, average[f"average.vit.{name}"].half())
    assert not any("classifier" in name for name in load_file(whole.folder / "model.safetensors"))


@pytest.mark.parametrize(
    ("after", "action", "error", "reached"),
    [
        (STEPS + 2, killed, SystemError, STEPS),  # back to the end of the first epoch
        (STEPS + 2, terminated, KeyboardInterrupt, STEPS + 2),  # a checkpoint was written there
        (2 * STEPS, terminated, KeyboardInterrupt, 2 * STEPS),
    ],
)
def test_an_interrupted_training_goes_on_as_if_nothing_had_been(
    whole, coloured, tmp_path, after, action, error, reached
):
    with pytest.raises(error):
        train_encoder(coloured, tmp_path / "e", recipe=recipe(), progress=Watcher(after, action))
    again = Watcher()
    train_encoder(coloured, tmp_path / "e", recipe=recipe(), progress=again)
    assert again.steps == 3 * STEPS - reached
    expected, found = left(whole.folder), left(tmp_path / "e")
    assert found[0] == expected[0]
    assert all(torch.equal(found[1][name], value) for name, value in expected[1].items())


def test_a_finished_training_is_not_repeated(whole, coloured):
    again = Watcher()
    assert train_encoder(coloured, whole.folder, recipe=recipe(), progress=again) == whole
    assert again.steps == 0


def test_the_seed_decides(whole, coloured, tmp_path):
    other = train_encoder(coloured, tmp_path / "e", recipe=recipe(seed=1, epochs=1))
    assert not np.isclose(
        other.last.loss, json.loads((whole.folder / "history.json").read_text())["epochs"][0]["loss"]
    )


@pytest.mark.parametrize("changes", [{"seed": 1}, {"epochs": 4}, {"width": 64}, {"mix": 0.0}])
def test_a_checkpoint_of_other_settings_is_refused(whole, coloured, changes):
    with pytest.raises(StorageError, match="other settings or other pictures"):
        train_encoder(coloured, whole.folder, recipe=recipe(**changes))


def test_a_checkpoint_of_other_pictures_is_refused(whole, coloured, tmp_path):
    arrays = dict(np.load(coloured))
    arrays["x"][0, 0, 0, 0] ^= 1
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(StorageError, match="other pictures"):
        train_encoder(tmp_path / "other.npz", whole.folder, recipe=recipe())


def test_a_damaged_checkpoint_and_a_foreign_encoder_are_refused(whole, coloured, tmp_path):
    folder = tmp_path / "e"
    folder.mkdir()
    for file in whole.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    data = bytearray((folder / FILE).read_bytes())
    data[-100] ^= 1
    (folder / FILE).write_bytes(data)
    with pytest.raises(StorageError, match="is damaged"):
        train_encoder(coloured, folder, recipe=recipe())
    (folder / FILE).write_bytes(data[:500])
    with pytest.raises(StorageError, match="cannot be read"):
        train_encoder(coloured, folder, recipe=recipe())
    (folder / FILE).unlink()
    with pytest.raises(StorageError, match="another -o"):
        train_encoder(coloured, folder, recipe=recipe())


def test_a_diverging_training_stops_and_keeps_its_last_checkpoint(coloured, tmp_path, monkeypatch):
    usual = batches_module.augmented

    def poisoned(pixels, labels, indices, epoch, settings):
        batch = usual(pixels, labels, indices, epoch, settings)
        if epoch == 1:
            batch.inputs[0, 0, 0, 0] = torch.nan
        return batch

    monkeypatch.setattr(batches_module, "augmented", poisoned)
    with pytest.raises(EncoderError, match=r"diverged at step 5: loss nan.*--learning-rate"):
        train_encoder(coloured, tmp_path / "e", recipe=recipe())
    monkeypatch.undo()
    again = Watcher()
    train_encoder(coloured, tmp_path / "e", recipe=recipe(), progress=again)
    assert again.steps == 2 * STEPS


def test_a_resnet(coloured, tmp_path):
    trained = train_encoder(coloured, tmp_path / "e", recipe=recipe(family="resnet", depth=4, epochs=2))
    encoder = whorl.load_encoder(tmp_path / "e")
    check_encoder(encoder)
    assert encoder.layers == (1, 2, 3, 4)
    assert trained.last.knn > 0.5


def test_fewer_patches_per_step_all_of_them_at_the_end(coloured, tmp_path):
    """Seeing half of the patches is another training; the encoder takes all of them."""
    trained = train_encoder(coloured, tmp_path / "e", recipe=recipe(patch=2, tokens=0.5, epochs=2))
    assert np.isfinite(trained.last.loss)
    check_encoder(whorl.load_encoder(tmp_path / "e"))


def test_the_bundled_size_has_twelve_layers_and_fits(coloured, tmp_path):
    """Width 128 and 12 blocks: at most 6 MB, finite at all 12 layers."""
    full = Recipe(epochs=1, batch_size=91)
    trained = train_encoder(coloured, tmp_path / "e", recipe=full)
    assert (tmp_path / "e" / "model.safetensors").stat().st_size <= 6_000_000
    encoder = whorl.load_encoder(trained.folder)
    assert encoder.layers == tuple(range(1, 13))
    picture = np.random.default_rng(0).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    for embedding in encoder.encode(encoder.preprocess(picture)[None]).values():
        assert torch.isfinite(embedding).all()


def test_a_training_of_minutes_ends(coloured, tmp_path):
    trained = train_encoder(coloured, tmp_path / "e", recipe=recipe(epochs=None, minutes=0.02))
    assert trained.last.step >= 1
    assert trained.last.seconds < 10


def test_other_pictures_can_vote(coloured, tmp_path):
    labels = np.arange(40) % 2
    pixels = np.full((40, 8, 8, 3), 20, np.uint8) + (200 * labels[:, None, None, None]).astype(np.uint8)
    np.savez(tmp_path / "two.npz", x=pixels, labels=labels)
    two = str(tmp_path / "two.npz")
    trained = train_encoder(
        coloured, tmp_path / "e", recipe=recipe(epochs=1), test=coloured, knn_train=two, knn_test=two
    )
    assert trained.pictures == 96
    assert trained.last.knn == 1.0


def test_what_cannot_be_trained_is_refused(coloured, tmp_path):
    arrays = np.load(coloured)
    with pytest.raises(ImageError, match="has no labels"):
        train_encoder(arrays["x"], tmp_path / "e", recipe=recipe())
    np.savez(tmp_path / "one.npz", x=arrays["x"], labels=np.zeros(96, int))
    with pytest.raises(ImageError, match="one class only"):
        train_encoder(tmp_path / "one.npz", tmp_path / "e", recipe=recipe())
    np.savez(tmp_path / "more.npz", x=arrays["x"], labels=np.arange(96))
    with pytest.raises(ImageError, match="which the training pictures lack"):
        train_encoder(coloured, tmp_path / "e", recipe=recipe(), test=tmp_path / "more.npz")
    with pytest.raises(WhorlError, match="both --knn-train and --knn-test"):
        train_encoder(coloured, tmp_path / "e", recipe=recipe(), knn_test=coloured)
    assert not (tmp_path / "e").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": None}, "epochs or minutes"),
        ({"minutes": 3.0}, "epochs or minutes"),
        ({"family": "mlp"}, "vit, resnet"),
        ({"patch": 3}, "do not fill"),
        ({"width": 40}, "multiple of 32"),
        ({"family": "resnet", "depth": 6}, "multiples of 4"),
        ({"learning_rate": 0.0}, "above 0"),
        ({"mix": 1.5}, "between 0 and 1"),
        ({"shift": 8}, "between 0 and 7"),
    ],
)
def test_recipes_that_make_no_sense(changes, message):
    with pytest.raises(WhorlError, match=message):
        recipe(**changes)


def test_the_command(whole, coloured, tmp_path):
    shape = ("--width", 32, "--depth", 2, "--size", 8, "--batch-size", 16, "--learning-rate", 0.003)
    command, one = ("lab", "train-encoder", coloured, "-o"), {"OMP_NUM_THREADS": "1"}
    done = in_a_new_process(*command, "e", "--epochs", 3, *shape, "--json", cwd=tmp_path, env=one)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["last"]["step"] == 3 * STEPS
    assert "epoch 3: loss" in done.stderr
    assert left(tmp_path / "e")[0]["loss"] == left(whole.folder)[0]["loss"]
    refused = in_this_process(*command, "x", cwd=tmp_path, env=one)
    assert refused.returncode == 2
    assert "not both" in refused.stderr
    assert not (tmp_path / "x").exists()
