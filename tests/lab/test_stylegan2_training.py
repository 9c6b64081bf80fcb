"""StyleGAN2 trains, resumes and draws like any generator of the lab; its regularisers are those of the papers."""

import math

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from whorl import WhorlError
from whorl.checks import check_generator_architecture
from whorl.embeddings.progress import Silent
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.folder import CHECKPOINT
from whorl.lab.generators.load import load_generator
from whorl.lab.generators.recipe import recipe_for
from whorl.lab.generators.seeds import step_noise
from whorl.lab.generators.train import train_generator

NAME = "stylegan2"
ALWAYS = {"r1_every": 1, "path_every": 1}


class Killer(Silent):
    def __init__(self):
        self.steps = 0

    def begin(self, label, total, done, unit="pictures"):
        self.steps = 0

    def advance(self, count):
        self.steps += count
        if self.steps == 5:
            raise SystemError("killed")


def build(**changes):
    recipe = recipe_for(NAME, "tiny", **changes)
    return architecture_named(NAME).build(recipe, classes=1, device=torch.device("cpu"))


def batch(step=0, count=4):
    drawn = torch.Generator().manual_seed(step)
    pictures = torch.rand(count, 3, 32, 32, generator=drawn) * 2 - 1
    return Batch(pictures, torch.zeros(count, dtype=torch.int64), step_noise(0, step))


def test_it_is_an_architecture():
    check_generator_architecture(architecture_named(NAME), recipe_for(NAME, "tiny"))


def test_killed_or_not_it_ends_the_same(blobs, tiny_recipe, tmp_path):
    recipe = tiny_recipe(NAME, steps=6, image_size=32, settings=ALWAYS)
    whole = train_generator(blobs, tmp_path / "whole", recipe=recipe, grids=0)
    assert whole.losses.keys() == {"discriminator", "generator"}
    with pytest.raises(SystemError):
        # The killed run had reached step 3's checkpoint, an epoch's end.
        train_generator(blobs, tmp_path / "cut", recipe=recipe, grids=0, progress=Killer())
    train_generator(blobs, tmp_path / "cut", recipe=recipe, grids=0)
    state, other = (load_file(tmp_path / folder / CHECKPOINT) for folder in ("whole", "cut"))
    assert state.keys() == other.keys()
    assert all(torch.equal(state[key], other[key]) for key in state)
    assert float(state["network.discriminator.path_length"]) > 0
    pictures = load_generator(whole.folder).sample(20, seed=3)
    assert np.array_equal(pictures[15:18], load_generator(whole.folder).sample(3, seed=3, start=15))


def test_r1_is_the_squared_slope_at_real_pictures():
    """Of a discriminator that is linear, score = a * sum of pixels: a^2 times their number."""

    class Linear(torch.nn.Module):
        def forward(self, pictures):
            return 0.01 * pictures.sum(dim=(1, 2, 3))

    model = build(settings={"r1": 2.0, "r1_every": 3})
    model._discriminator = Linear()
    plain, penalised = (float(model._judge(batch(), penalised=each).detach()) for each in (False, True))
    assert penalised - plain == pytest.approx(3 * 2.0 / 2 * 0.01**2 * 3 * 32**2, rel=1e-3)


def test_regularised_steps_are_drawn_at_their_rates():
    model = build()
    drawn = [model._drawn(8, batch(step)) for step in range(400)]
    assert abs(np.mean(drawn) - 1 / 8) < 4 * math.sqrt(1 / 8 * 7 / 8 / 400)


def test_path_lengths_cost_what_they_are_off_their_mean():
    """At their mean only their spread is left."""
    model = build(settings=ALWAYS)
    mean = model._discriminator.get_buffer("path_length")
    first = float(model._uneven(4, step_noise(0, 0)).detach())
    length = float(mean) / 0.01  # the mean has taken in a hundredth of it
    mean.fill_(length)
    assert float(model._uneven(4, step_noise(0, 0)).detach()) < 0.5 * first


def test_without_path_lengths_their_mean_stays():
    model = build(settings={"path": 0.0, **ALWAYS})
    model.training_step(batch())
    assert float(model._discriminator.get_buffer("path_length")) == 0


def test_another_side_is_refused():
    with pytest.raises(WhorlError, match="pictures of 32 pixels a side"):
        build(image_size=16)
    with pytest.raises(WhorlError, match="no settings of stylegan2"):
        build(settings={"r2": 1})
