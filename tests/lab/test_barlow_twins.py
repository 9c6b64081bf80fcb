"""Trainings without labels end in an encoder like any other, and an interruption changes nothing."""

import json
import re

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import ResNetModel, ViTModel

import whorl
from command_line import in_this_process
from whorl import EncoderError, ImageError, StorageError, WhorlError
from whorl.checks import check_encoder, check_objective
from whorl.embeddings.progress import Silent
from whorl.files import digest_json
from whorl.lab.train_encoder import train_encoder
from whorl.lab.training import barlow_twins as module
from whorl.lab.training import pace
from whorl.lab.training.checkpoint import FILE
from whorl.lab.training.objectives import objective_for
from whorl.lab.training.recipe import Recipe

SMALL = {"width": 32, "depth": 2, "size": 8, "batch_size": 16, "projector": 24, "learning_rate": 3e-3}
STEPS = 5  # 96 pictures, 5 held out, 16 at a time
RESNET = {"family": "resnet", "depth": 4}


def recipe(**changes):
    return Recipe(objective="barlow-twins", **{"epochs": 2, **SMALL, **changes})


class KilledAfter(Silent):
    """Ends the training without warning after so many steps, and counts them and the notes."""

    def __init__(self, steps=None):
        self.steps, self.notes, self._end, self._training = 0, [], steps, False

    def begin(self, label, total, done, unit="pictures"):
        self._training = label == "train"

    def advance(self, count):
        self.steps += self._training
        if self._training and self.steps == self._end:
            raise SystemError("killed")

    def note(self, text):
        self.notes.append(text)


def left(folder):
    history = json.loads((folder / "history.json").read_text())
    for epoch in history["epochs"]:
        del epoch["seconds"]
    return history, load_file(folder / "model.safetensors"), load_file(folder / FILE)


@pytest.fixture(scope="module")
def bare(coloured, tmp_path_factory):
    """The same pictures without labels."""
    path = tmp_path_factory.mktemp("bare") / "bare.npy"
    np.save(path, np.load(coloured)["x"])
    return path


@pytest.fixture(scope="module", params=[{"patch": 2, "tokens": 0.5}, RESNET], ids=["vit", "resnet"])
def whole(request, bare, tmp_path_factory):
    """A training of each family that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "encoder"
    return train_encoder(bare, folder, recipe=recipe(**request.param))


def test_pictures_without_labels_leave_an_encoder_like_any_other(whole):
    assert {path.name for path in whole.folder.iterdir()} == {
        "config.json", "model.safetensors", "preprocessor_config.json", "history.json", "curves.svg", FILE,
    }  # fmt: skip
    encoder = whorl.load_encoder(whole.folder)
    check_encoder(encoder)
    saved = load_file(whole.folder / "model.safetensors")
    assert not any("projector" in name or "classifier" in name for name in saved)
    average = load_file(whole.folder / FILE)
    for name, value in backbone(whole).state_dict().items():
        assert torch.equal(value, average[f"average.{whole.recipe.family}.{name}"].to(value.dtype))


def backbone(trained):
    if trained.recipe.family == "vit":
        return ViTModel.from_pretrained(trained.folder, add_pooling_layer=False, dtype=torch.float16)
    return ResNetModel.from_pretrained(trained.folder, dtype=torch.float16)


def test_without_labels_the_mark_is_the_loss_on_held_out_pictures(whole):
    history, _, _ = left(whole.folder)
    assert set(history["start"]) == {"held_out_loss"}
    assert [set(epoch) for epoch in history["epochs"]] == [{"epoch", "step", "loss", "held_out_loss"}] * 2
    assert whole.last.knn is whole.last.top1 is None
    assert whole.classes == 0
    assert history["settings"]["recipe"]["objective"] == "barlow-twins"
    assert "mix" not in history["settings"]["recipe"]


def test_a_killed_training_goes_on_as_if_nothing_had_been(whole, bare, tmp_path):
    with pytest.raises(SystemError):
        train_encoder(bare, tmp_path / "e", recipe=whole.recipe, progress=KilledAfter(STEPS + 2))
    again = KilledAfter()
    train_encoder(bare, tmp_path / "e", recipe=whole.recipe, progress=again)
    assert again.steps == STEPS  # back to the end of the first epoch
    expected, found = left(whole.folder), left(tmp_path / "e")
    assert found[0] == expected[0]
    for a, b in zip(found[1:], expected[1:], strict=True):
        assert a.keys() == b.keys()
        assert all(torch.equal(a[name], value) for name, value in b.items())


def test_labels_serve_the_marks_alone(whole, bare, coloured, tmp_path):
    """With and without labels the same encoder, the first with a 10-NN curve."""
    labelled = train_encoder(coloured, tmp_path / "e", recipe=whole.recipe)
    assert labelled.classes == 3
    assert 0 <= labelled.last.knn <= 1
    assert labelled.last.top1 is None
    expected, found = left(whole.folder)[1], left(tmp_path / "e")[1]
    assert all(torch.equal(found[name], value) for name, value in expected.items())
    with pytest.raises(StorageError, match="other settings or other pictures"):
        train_encoder(bare, tmp_path / "e", recipe=recipe(redundancy=0.01))


def blobs(path, count, seed, size=16):
    """Discs of four colours, anywhere, light or dark, on noise of any colour."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 4
    y, x = np.mgrid[:size, :size]
    top, left_ = rng.uniform(4, size - 4, (2, count, 1, 1))
    inside = (y - top) ** 2 + (x - left_) ** 2 < rng.uniform(3, 5, (count, 1, 1)) ** 2
    palette = np.array([[230, 60, 60], [60, 200, 60], [70, 70, 230], [210, 200, 50]])
    colours = palette[labels] * rng.uniform(0.5, 1, (count, 1))
    ground = rng.uniform(0, 160, (count, 1, 1, 3)) + rng.uniform(0, 90, (count, size, size, 3))
    pixels = np.where(inside[..., None], colours[:, None, None], ground).astype(np.uint8)
    np.savez(path, x=pixels, x_labels=labels)
    return path


def test_it_learns_what_labels_say_without_seeing_them(tmp_path):
    train, test = blobs(tmp_path / "train.npz", 640, 0), blobs(tmp_path / "test.npz", 160, 1)
    settings = {"size": 16, "batch_size": 64, "projector": 64, "average": 0.9, "epochs": 6}
    trained = train_encoder(train, tmp_path / "e", test=test, recipe=recipe(**settings))
    start = left(tmp_path / "e")[0]["start"]
    assert trained.last.knn > start["knn"] + 0.1
    assert trained.last.held_out_loss < 0.6 * start["held_out_loss"]


def test_other_pictures_can_vote_where_there_are_no_labels(bare, coloured, tmp_path):
    trained = train_encoder(
        bare, tmp_path / "e", recipe=recipe(epochs=1), test=bare, knn_train=coloured, knn_test=coloured
    )
    assert trained.pictures == 96
    assert 0 <= trained.last.knn <= 1
    with pytest.raises(ImageError, match="no labels"):
        train_encoder(bare, tmp_path / "f", recipe=recipe(), knn_train=bare, knn_test=bare)


def test_held_out_pictures_of_other_classes_have_a_loss_only(coloured, tmp_path):
    np.savez(tmp_path / "more.npz", x=np.load(coloured)["x"], labels=np.arange(96))
    watcher = KilledAfter()
    trained = train_encoder(
        coloured, tmp_path / "e", recipe=recipe(epochs=1), test=tmp_path / "more.npz", progress=watcher
    )
    assert trained.last.knn is None
    assert np.isfinite(trained.last.held_out_loss)
    assert re.match(r"without labels of held-out pictures", watcher.notes[0])
    assert re.match(r"epoch 1: loss \S+, held-out loss \S+$", watcher.notes[-1])


def test_a_diverging_training_stops_and_keeps_its_last_checkpoint(bare, tmp_path, monkeypatch):
    usual = module.two_views

    def poisoned(pixels, indices, epoch, seed):
        batch = usual(pixels, indices, epoch, seed)
        if epoch == 1:
            batch.views[1][0, 0, 0, 0] = torch.nan
        return batch

    monkeypatch.setattr(module, "two_views", poisoned)
    with pytest.raises(EncoderError, match=r"diverged at step 5: loss nan"):
        train_encoder(bare, tmp_path / "e", recipe=recipe())
    monkeypatch.undo()
    again = KilledAfter()
    train_encoder(bare, tmp_path / "e", recipe=recipe(), progress=again)
    assert again.steps == STEPS


@pytest.mark.parametrize("family", [{}, RESNET], ids=["vit", "resnet"])
def test_pictures_that_are_all_the_same_do_not_end_in_nan(tmp_path, family):
    trained = train_encoder(
        np.zeros((20, 8, 8, 3), np.uint8), tmp_path / "e", recipe=recipe(batch_size=2, epochs=1, **family)
    )
    assert np.isfinite(trained.last.loss)
    assert np.isfinite(trained.last.held_out_loss)


def test_a_training_of_minutes_ends(bare, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "_FIRST_SECONDS", 0.3)
    trained = train_encoder(bare, tmp_path / "e", recipe=recipe(epochs=None, minutes=0.02))
    assert trained.last.step >= 1
    assert trained.last.seconds < 10


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"objective": "simclr"}, "classes, barlow-twins"),
        ({"objective": "barlow-twins", "mix": 0.1}, "mix says nothing to the objective barlow-twins"),
        ({"objective": "barlow-twins", "shift": 2}, "belongs to classes"),
        ({"projector": 64}, "belongs to barlow-twins"),
        ({"redundancy": 0.1}, "belongs to barlow-twins"),
        ({"objective": "barlow-twins", "redundancy": float("nan")}, "at least 0"),
        ({"objective": "barlow-twins", "batch_size": 1}, "at least 2"),
        ({"objective": "barlow-twins", "projector": 0}, "above 0"),
    ],
)
def test_recipes_that_make_no_sense(changes, message):
    with pytest.raises(WhorlError, match=message):
        Recipe(epochs=1, **changes)


def test_one_picture_to_train_on_is_refused(tmp_path):
    pixels = np.zeros((2, 8, 8, 3), np.uint8)
    with pytest.raises(ImageError, match="leaves one picture"):
        train_encoder(pixels[:1], tmp_path / "e", test=pixels, recipe=recipe())
    assert not (tmp_path / "e").exists()


@pytest.mark.parametrize(
    "chosen",
    [recipe(), recipe(**RESNET), Recipe(epochs=1, width=32, depth=2, size=8, batch_size=16)],
    ids=["vit", "resnet", "classes"],
)
def test_the_objectives_keep_their_contract(chosen, coloured):
    check_objective(objective_for(chosen, coloured, None, None, None, Silent()))


def test_an_objective_that_draws_from_the_global_generator_is_found(coloured, monkeypatch):
    chosen = objective_for(recipe(), coloured, None, None, None, Silent())
    usual = module.two_views
    monkeypatch.setattr(module, "two_views", lambda *arguments: (torch.rand(1), usual(*arguments))[1])
    with pytest.raises(AssertionError, match="global generator"):
        check_objective(chosen)


def test_recipes_of_classes_are_called_as_before_there_were_objectives():
    """The digest was computed by the version before this objective."""
    assert (
        digest_json(Recipe(epochs=30).to_dict())
        == "7b97e77664586f40ce98161c3cf8e9431c5f11bb063c89f92e9cc260163ac07a"
    )


def test_the_command(bare, tmp_path):
    one = {"OMP_NUM_THREADS": "1"}
    shape = ("--width", 32, "--depth", 2, "--size", 8, "--batch-size", 16, "--projector", 24)
    command = ("lab", "train-encoder", bare, "--objective", "barlow-twins", "--epochs", 1, *shape)
    done = in_this_process(*command, "-o", "e", "--json", cwd=tmp_path, env=one)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result["last"]) == {"epoch", "step", "seconds", "loss", "held_out_loss"}
    assert result["recipe"]["redundancy"] == 0.005
    said = in_this_process(*command, "-o", "e", cwd=tmp_path, env=one)
    assert re.search(r"5 steps on 91 pictures; held-out loss \d+\.\d+$", said.stdout.strip())
    refused = in_this_process(*command, "-o", "f", "--mix", "0.2", cwd=tmp_path, env=one)
    assert refused.returncode != 0
    assert "mix says nothing" in refused.stderr
