"""SNGAN, BigGAN-deep and ContraGAN train, resume and draw like any generator of the lab."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from whorl import WhorlError
from whorl.checks import check_generator_architecture
from whorl.cli.app import app
from whorl.embeddings.progress import Silent
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.folder import CHECKPOINT
from whorl.lab.generators.load import load_generator
from whorl.lab.generators.recipe import recipe_for
from whorl.lab.generators.train import train_generator

GANS = ("sngan", "biggan-deep", "contragan")


class Killer(Silent):
    def __init__(self):
        self.steps = 0

    def begin(self, label, total, done, unit="pictures"):
        self.steps = 0

    def advance(self, count):
        self.steps += count
        if self.steps == 5:
            raise SystemError("killed")


@pytest.fixture(scope="module")
def unlabelled(blobs, tmp_path_factory):
    path = tmp_path_factory.mktemp("unlabelled") / "blobs.npz"
    with np.load(blobs) as file:
        np.savez(path, file["x"])
    return path


@pytest.mark.parametrize("name", GANS)
def test_it_is_an_architecture(name):
    check_generator_architecture(architecture_named(name), recipe_for(name, "tiny", image_size=16))


@pytest.mark.parametrize("name", GANS)
def test_killed_or_not_it_ends_the_same(name, blobs, unlabelled, tiny_recipe, tmp_path):
    recipe, data = tiny_recipe(name, steps=7), unlabelled if name == "sngan" else blobs
    whole = train_generator(data, tmp_path / "whole", recipe=recipe, grids=0)
    assert whole.losses.keys() == {"discriminator", "generator"}
    with pytest.raises(SystemError):
        # The killed run had reached step 3's checkpoint, an epoch's end.
        train_generator(data, tmp_path / "cut", recipe=recipe, grids=0, progress=Killer())
    train_generator(data, tmp_path / "cut", recipe=recipe, grids=0)
    state, other = (load_file(tmp_path / folder / CHECKPOINT) for folder in ("whole", "cut"))
    assert state.keys() == other.keys()
    assert all(torch.equal(state[key], other[key]) for key in state)
    # Power iterations go on where they were, and each network's optimiser took its own number of steps.
    assert any(key.startswith("network.discriminator.") and key.endswith("._u") for key in state)
    assert int(state["optimiser.discriminator.0.step"]) == 14
    assert int(state["optimiser.generator.0.step"]) == 7
    # Running statistics are averaged along with the weights that they belong to.
    assert {"network", "average"} == {key.split(".")[0] for key in state if key.endswith("running_var")}
    model = load_generator(whole.folder)
    pictures = model.sample(20, seed=3)
    assert np.array_equal(pictures[15:18], model.sample(3, seed=3, start=15))
    assert len(np.unique(pictures.reshape(20, -1), axis=0)) == 20


@pytest.mark.parametrize("name", GANS[1:])
def test_pictures_without_labels_are_refused(name, unlabelled, tiny_recipe, tmp_path):
    with pytest.raises(WhorlError, match="learns from labels"):
        train_generator(unlabelled, tmp_path / "g", recipe=tiny_recipe(name))
    assert not (tmp_path / "g").exists()


@pytest.mark.parametrize("changes", [{"batch_size": 1}, {"batch_size": 8}])
def test_a_batch_smaller_than_the_turns_is_refused_before_anything_is_written(tiny_recipe, tmp_path, changes):
    pixels = np.zeros((1 if changes["batch_size"] == 8 else 8, 16, 16, 3), np.uint8)
    with pytest.raises(WhorlError, match=r"here one has 1\. Give a --batch-size of at least 2, and as many"):
        train_generator(pixels, tmp_path / "g", recipe=tiny_recipe("sngan", steps=1, **changes), grids=0)
    assert not (tmp_path / "g").exists()


def test_all_classes_are_drawn_alike(tiny_recipe):
    model = architecture_named("biggan-deep").build(
        tiny_recipe("biggan-deep"), classes=4, device=torch.device("cpu")
    )
    generator, seen = model.networks["generator"], []
    classes = generator.classes.register_forward_hook(lambda _, labels, __: seen.append(labels[0]))
    try:
        noise = torch.Generator().manual_seed(0)
        model._fake(400, noise)
    finally:
        classes.remove()
    assert torch.bincount(torch.cat(seen), minlength=4).min() > 70


def test_drawn_pictures_become_like_those_learned_from(blobs, tiny_recipe, tmp_path):
    recipe = tiny_recipe("sngan", epochs=10)
    untrained = architecture_named("sngan").build(recipe, classes=1, device=torch.device("cpu"))
    trained = train_generator(blobs, tmp_path / "g", recipe=recipe, grids=0)
    with np.load(blobs) as file:
        dark = file["x"].mean()
    before, after = (model.sample(16, seed=0).mean() for model in (untrained, load_generator(trained.folder)))
    assert abs(after - dark) < 0.5 * abs(before - dark)


def test_the_command_knows_them(blobs, tmp_path):
    words = ["lab", "train", "biggan-deep", str(blobs), "-o", str(tmp_path / "g"), "--size", "tiny"]
    words += ["--steps", "1", "--batch-size", "4", "--grids", "0", "--json", "-q"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["losses"].keys() == {"discriminator", "generator"}
