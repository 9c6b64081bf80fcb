"""A generator's training: killed or not it ends the same, and its folder says what it is."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import whorl
from whorl import StorageError, WhorlError
from whorl.checks import check_generator
from whorl.embeddings.progress import Silent
from whorl.lab.generators import diffusion
from whorl.lab.generators.descent import DivergedError
from whorl.lab.generators.folder import CHECKPOINT, WEIGHTS
from whorl.lab.generators.load import kept_epochs, load_generator
from whorl.lab.generators.pictures import Batches, read_pictures
from whorl.lab.generators.train import train_generator
from whorl.lab.generators.trainer import GeneratorTrainer

PER_EPOCH = 3  # 24 pictures, 8 at a time
CPU = torch.device("cpu")


class Watcher(Silent):
    """Counts steps, and does something after a given one."""

    def __init__(self, after=None, action=None):
        self.steps, self._after, self._action, self._training = 0, after, action, False

    def begin(self, label, total, done, unit="pictures"):
        self._training = unit == "steps"

    def advance(self, count):
        if self._training:
            self.steps += count
            if self.steps == self._after:
                self._action()


def killed():
    raise SystemError("killed")


def terminated():
    os.kill(os.getpid(), signal.SIGTERM)


def losses(folder):
    return load_file(folder / CHECKPOINT)["loss.noise"].tolist()


def same_tensors(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_it_learns_and_leaves_a_generator(tiny_ddpm):
    folder = tiny_ddpm.folder
    assert tiny_ddpm.steps == 3 * PER_EPOCH
    curve = losses(folder)
    assert len(curve) == 9
    assert np.mean(curve[-3:]) < 0.9 * np.mean(curve[:3])
    assert tiny_ddpm.losses["noise"] == pytest.approx(np.mean(curve[-3:]))
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == {
        "config.json", "weights.safetensors", "checkpoint.safetensors", "history.json", "losses.svg",
        "epochs/epoch-0001.safetensors", "epochs/epoch-0003.safetensors",
        "samples/step-00000005.png", "samples/step-00000009.png",
    }  # fmt: skip
    model = load_generator(folder)
    check_generator(model)
    assert model.sample(2, seed=0).shape == (2, 16, 16, 3)
    config = json.loads((folder / "config.json").read_text())
    assert (config["architecture"], config["size"], config["data"]["count"]) == ("ddpm", "tiny", 24)
    assert config["versions"].keys() == {"whorl", "torch", "diffusers"}


def test_a_grid_shows_what_the_averaged_weights_draw(tiny_ddpm):
    sheet = np.asarray(Image.open(tiny_ddpm.folder / "samples/step-00000009.png"))
    drawn = load_generator(tiny_ddpm.folder).sample(16, seed=0)
    assert sheet.shape == (2 * 112 - 12, 8 * 112 - 12, 3)
    assert np.array_equal(sheet[2:98:6, 2:98:6], drawn[0])
    assert np.array_equal(sheet[114:210:6, 114:210:6], drawn[9])


def test_the_generator_is_the_averaged_weights(tiny_ddpm):
    everything, weights = load_file(tiny_ddpm.folder / CHECKPOINT), load_file(tiny_ddpm.folder / WEIGHTS)
    assert same_tensors(weights, {n[8:]: v for n, v in everything.items() if n.startswith("average.")})
    last = {n[13:]: v for n, v in everything.items() if n.startswith("network.unet.")}
    assert weights.keys() == last.keys()
    assert not torch.equal(weights["conv_in.weight"], last["conv_in.weight"])
    assert same_tensors(load_generator(tiny_ddpm.folder).networks["unet"].state_dict(), weights)


@pytest.mark.parametrize(
    ("after", "action", "error", "reached"),
    [
        (PER_EPOCH + 2, killed, SystemError, PER_EPOCH),  # back to the end of the first epoch
        (PER_EPOCH + 2, terminated, KeyboardInterrupt, PER_EPOCH + 2),  # a checkpoint was written there
        (1, killed, SystemError, 0),
    ],
)
def test_an_interrupted_training_goes_on_as_if_nothing_had_been(
    tiny_ddpm, blobs, tiny_recipe, tmp_path, after, action, error, reached
):
    def train(progress):
        folder = tmp_path / "g"
        return train_generator(
            blobs, folder, recipe=tiny_recipe(), keep_epochs=(1, 3), grids=2, progress=progress
        )

    with pytest.raises(error):
        train(Watcher(after, action))
    again = Watcher()
    train(again)
    assert again.steps == 3 * PER_EPOCH - reached
    for name in (CHECKPOINT, WEIGHTS, "epochs/epoch-0001.safetensors", "epochs/epoch-0003.safetensors"):
        assert same_tensors(load_file(tmp_path / "g" / name), load_file(tiny_ddpm.folder / name))
    for name in ("history.json", "samples/step-00000009.png"):
        assert (tmp_path / "g" / name).read_bytes() == (tiny_ddpm.folder / name).read_bytes()


def test_a_finished_training_is_not_repeated_and_a_longer_one_goes_on(
    tiny_ddpm, blobs, tiny_recipe, tmp_path
):
    folder = tmp_path / "g"
    train_generator(blobs, folder, recipe=tiny_recipe(steps=4), grids=0)
    for steps in (0, 5):
        again = Watcher()
        length = {"epochs": 3} if steps else {"steps": 4}
        train_generator(blobs, folder, recipe=tiny_recipe(**length), grids=0, progress=again)
        assert again.steps == steps
    assert same_tensors(load_file(folder / CHECKPOINT), load_file(tiny_ddpm.folder / CHECKPOINT))


def test_another_process_draws_the_same_pictures(tiny_ddpm):
    code = (
        "import sys\nfrom whorl.lab.generators.load import load_generator\n"
        "sys.stdout.buffer.write(load_generator(sys.argv[1]).sample(3, seed=5, start=1).tobytes())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tiny_ddpm.folder)],
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.stdout == load_generator(tiny_ddpm.folder).sample(4, seed=5)[1:].tobytes()


def test_kept_epochs_are_other_weights_that_draw_other_pictures(tiny_ddpm):
    assert kept_epochs(tiny_ddpm.folder) == (1, 3)
    first, third, last = (load_generator(tiny_ddpm.folder, checkpoint=epoch) for epoch in (1, 3, None))
    drawn = [model.sample(2, seed=0) for model in (first, third, last)]
    assert not np.array_equal(drawn[0], drawn[1])
    assert np.array_equal(drawn[1], drawn[2])
    with pytest.raises(StorageError, match=r"no weights of epoch 2; kept: 1, 3"):
        load_generator(tiny_ddpm.folder, checkpoint=2)


def test_epochs_that_cannot_be_kept_are_refused(tiny_ddpm, blobs, tiny_recipe, tmp_path):
    with pytest.raises(WhorlError, match=r"epochs 4 cannot be kept: the training ends in epoch 3"):
        train_generator(blobs, tmp_path / "g", recipe=tiny_recipe(), keep_epochs=(1, 4))
    with pytest.raises(StorageError, match="epochs 2 were not kept when"):
        train_generator(blobs, tiny_ddpm.folder, recipe=tiny_recipe(), keep_epochs=(1, 2, 3), grids=2)


def test_nan_stops_the_training_and_the_last_good_checkpoint_stays(
    tiny_ddpm, blobs, tiny_recipe, tmp_path, monkeypatch
):
    real, calls = diffusion.descend, []

    def poisoned(name, loss, optimiser, **options):
        calls.append(name)
        return real(name, loss * float("nan") if len(calls) == 5 else loss, optimiser, **options)

    monkeypatch.setattr(diffusion, "descend", poisoned)
    with pytest.raises(DivergedError, match=r"the loss 'noise' is nan.*at step 4.*--learning-rate"):
        train_generator(blobs, tmp_path / "g", recipe=tiny_recipe(), grids=0)
    assert losses(tmp_path / "g") == losses(tiny_ddpm.folder)[:PER_EPOCH]
    again = Watcher()
    train_generator(blobs, tmp_path / "g", recipe=tiny_recipe(), grids=0, progress=again)
    assert again.steps == 2 * PER_EPOCH
    assert same_tensors(load_file(tmp_path / "g" / WEIGHTS), load_file(tiny_ddpm.folder / WEIGHTS))


def test_weights_that_are_not_finite_are_never_saved(blobs, tiny_recipe):
    trainer = GeneratorTrainer(tiny_recipe(), read_pictures(blobs, 16, Silent()), CPU)
    trainer.tensors()
    with torch.no_grad():
        trainer.model.networks["unet"].conv_in.bias[0] = float("inf")
    with pytest.raises(DivergedError, match=r"network\.unet\.conv_in\.bias holds NaN or infinity"):
        trainer.tensors()


@pytest.mark.parametrize(
    ("architecture", "changes", "words"),
    [
        (
            "ddim",
            {},
            ["of ddpm, size tiny, seed 0", "of ddim, size tiny, seed 0", "inference_steps (8 there, 6"],
        ),
        ("ddpm", {"seed": 2}, ["seed (0 there, 2 here)"]),
        ("ddpm", {"learning_rate": 0.5}, ["learning_rate (0.002 there, 0.5 here)"]),
    ],
)
def test_a_folder_of_another_training_is_refused_and_both_are_named(
    tiny_ddpm, blobs, tiny_recipe, architecture, changes, words
):
    before = (tiny_ddpm.folder / "config.json").read_bytes()
    with pytest.raises(StorageError) as caught:
        train_generator(blobs, tiny_ddpm.folder, recipe=tiny_recipe(architecture, **changes))
    assert [word for word in words if word not in str(caught.value)] == []
    assert (tiny_ddpm.folder / "config.json").read_bytes() == before


def test_a_checkpoint_of_another_training_is_refused_without_its_config(
    tiny_ddpm, blobs, tiny_recipe, tmp_path
):
    train_generator(blobs, tmp_path / "g", recipe=tiny_recipe("ddim", steps=1), grids=0)
    (tmp_path / "g" / CHECKPOINT).write_bytes((tiny_ddpm.folder / CHECKPOINT).read_bytes())
    with pytest.raises(StorageError, match=r"of ddpm, .*of ddim, "):
        train_generator(blobs, tmp_path / "g", recipe=tiny_recipe("ddim", steps=2), grids=0)


def test_other_pictures_and_folders_of_something_else_are_refused(tiny_ddpm, coloured, tiny_recipe, tmp_path):
    with pytest.raises(StorageError, match=r"pictures \(.*blobs.*there, .*coloured.*here\)"):
        train_generator(coloured, tiny_ddpm.folder, recipe=tiny_recipe())
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(StorageError, match="holds no generator"):
        train_generator(coloured, tmp_path, recipe=tiny_recipe())
    (tmp_path / "config.json").write_text('{"model_type": "vit"}')
    with pytest.raises(StorageError, match="is no generator's"):
        train_generator(coloured, tmp_path, recipe=tiny_recipe())


def test_damaged_and_foreign_weights_are_refused(tiny_ddpm, tmp_path, blobs, tiny_recipe):
    train_generator(blobs, tmp_path / "g", recipe=tiny_recipe(seed=9, steps=1), grids=0)
    path = tmp_path / "g" / WEIGHTS
    good = path.read_bytes()
    path.write_bytes(good[:-3] + bytes([good[-3] ^ 1]) + good[-2:])
    with pytest.raises(StorageError, match="is damaged"):
        load_generator(tmp_path / "g")
    path.write_bytes((tiny_ddpm.folder / WEIGHTS).read_bytes())
    with pytest.raises(StorageError, match=r"ddpm, size tiny, seed 9.*other settings"):
        load_generator(tmp_path / "g")
    path.unlink()
    with pytest.raises(StorageError, match="holds no weights yet"):
        load_generator(tmp_path / "g")
    with pytest.raises(StorageError, match="expected a folder of `whorl lab train`"):
        load_generator(tmp_path)


def test_flips_mirror_about_half_of_the_pictures_and_nothing_else(blobs, tiny_recipe):
    pictures = read_pictures(blobs, 16, Silent())
    assert (len(pictures), pictures.classes, pictures.pixels.shape[1:]) == (24, (0, 1), (16, 16, 3))
    plain, flipped = (Batches(pictures, tiny_recipe(flips=flips), CPU) for flips in (False, True))
    mirrored = 0
    for step in range(4 * PER_EPOCH):
        one, other = plain.at(step), flipped.at(step)
        assert torch.equal(other.pictures, flipped.at(step).pictures)
        assert torch.equal(one.labels, torch.from_numpy(pictures.labels[plain.order.indices(step)]))
        for picture, maybe in zip(one.pictures, other.pictures, strict=True):
            same = torch.equal(picture, maybe)
            assert same or torch.equal(picture.flip(-1), maybe)
            mirrored += not same
    assert 30 < mirrored < 66  # of 96; three standard deviations are 15
    seen = np.concatenate([plain.order.indices(step) for step in range(PER_EPOCH)])
    assert sorted(seen) == list(range(24))


def test_minutes_end_a_training(blobs, tiny_recipe, tmp_path):
    recipe = tiny_recipe(minutes=0.01)
    trained = train_generator(blobs, tmp_path / "g", recipe=recipe, grids=1)
    assert trained.steps >= 1
    assert len(list((tmp_path / "g/samples").iterdir())) == 1
    again = Watcher()
    train_generator(blobs, tmp_path / "g", recipe=recipe, grids=1, progress=again)
    assert again.steps == 0


def test_pictures_without_labels_do(tiny_recipe, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 16, 16, 3), dtype=np.uint8)
    trained = train_generator(pixels, tmp_path / "g", recipe=tiny_recipe(steps=1), grids=0)
    assert trained.data["classes"] == []
    assert whorl.open_images(pixels)[0].shape == (16, 16, 3)
