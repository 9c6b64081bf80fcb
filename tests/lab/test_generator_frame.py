"""A class-conditional GAN, as small as can be, fits the same frame: loop, checkpoints, folder, samples."""

import itertools
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.functional import softplus

from whorl.checks import check_generator, check_generator_architecture
from whorl.embeddings.progress import Silent
from whorl.lab.generators import architectures
from whorl.lab.generators.descent import descend
from whorl.lab.generators.folder import CHECKPOINT
from whorl.lab.generators.load import load_generator
from whorl.lab.generators.recipe import Preset, recipe_for
from whorl.lab.generators.seeds import picture_noise, weights_seed
from whorl.lab.generators.train import train_generator

LATENT, SIDE = 4, 8


class Drawer(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.classes = nn.Embedding(classes, LATENT)
        self.body = nn.Sequential(
            nn.Linear(LATENT, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 192), nn.Tanh()
        )

    def forward(self, z, labels):
        return self.body(z + self.classes(labels)).view(-1, 3, SIDE, SIDE)


class Gan:
    name, image_size, rows, sampler, least_batch = "gan", SIDE, 4, "generator", 1

    def __init__(self, recipe, classes):
        self.classes, self.turns = classes, recipe.settings["turns"]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(weights_seed(recipe.seed))
            judge = nn.Sequential(nn.Flatten(), nn.Linear(192, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
            self.networks = {"generator": Drawer(classes), "discriminator": judge}
        self.optimisers = {
            name: torch.optim.Adam(network.parameters(), lr=recipe.learning_rate, betas=(0.5, 0.999))
            for name, network in self.networks.items()
        }

    def training_step(self, batch):
        draw, judge = self.networks["generator"].train(), self.networks["discriminator"]
        for _ in range(self.turns):
            z = torch.randn(len(batch.pictures), LATENT, generator=batch.noise)
            fake = draw(z, batch.labels).detach()
            loss = softplus(-judge(batch.pictures)).mean() + softplus(judge(fake)).mean()
            judged = descend("discriminator", loss, self.optimisers["discriminator"])
        z = torch.randn(len(batch.pictures), LATENT, generator=batch.noise)
        loss = softplus(-judge(draw(z, batch.labels))).mean()
        return {
            "discriminator": judged,
            "generator": descend("generator", loss, self.optimisers["generator"]),
        }

    def sample(self, count, *, seed, start=0):
        generators = picture_noise(seed, start, count)
        drawn, draw = np.empty((count, SIDE, SIDE, 3), np.uint8), self.networks["generator"].eval()
        with torch.no_grad():
            for i, own in enumerate(generators):
                label = torch.randint(0, self.classes, (1,), generator=own)
                x = draw(torch.randn(1, LATENT, generator=own), label)[0]
                drawn[i] = ((x / 2 + 0.5) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
        return drawn


@dataclass(frozen=True)
class GanArchitecture:
    name = "gan"
    packages = ()
    presets = MappingProxyType(
        {
            size: Preset(settings={"turns": 2}, batch_size=8, learning_rate=1e-3, average=0.5, steps=7)
            for size in ("tiny", "small", "paper")
        }
    )

    def build(self, recipe, *, classes, device):
        return Gan(recipe, classes)


GAN = GanArchitecture()


@pytest.fixture(autouse=True)
def _known(monkeypatch):
    monkeypatch.setitem(architectures._PLACES, "gan", f"{__name__}:GAN")


class Killer(Silent):
    def __init__(self):
        self.steps = 0

    def begin(self, label, total, done, unit="pictures"):
        self.steps = 0

    def advance(self, count):
        self.steps += count
        if self.steps == 5:
            raise SystemError("killed")


def test_a_gan_trains_resumes_and_draws(blobs, tmp_path):
    recipe = recipe_for("gan", "tiny", image_size=SIDE)
    whole = train_generator(blobs, tmp_path / "whole", recipe=recipe, grids=1)
    assert whole.losses.keys() == {"discriminator", "generator"}
    assert whole.parameters.keys() == {"generator", "discriminator"}
    state = load_file(whole.folder / CHECKPOINT)
    assert int(state["optimiser.discriminator.0.step"]) == 2 * int(state["optimiser.generator.0.step"]) == 14
    with pytest.raises(SystemError):
        # The killed run had reached step 3's checkpoint, an epoch's end.
        train_generator(blobs, tmp_path / "cut", recipe=recipe, grids=0, progress=Killer())
    train_generator(blobs, tmp_path / "cut", recipe=recipe, grids=0)
    other = load_file(tmp_path / "cut" / CHECKPOINT)
    assert state.keys() == other.keys()
    assert all(torch.equal(state[name], other[name]) for name in state)
    model = load_generator(whole.folder)
    check_generator(model)
    average = {name[8:]: value for name, value in state.items() if name.startswith("average.")}
    assert "body.1.running_mean" in average
    assert model.classes == 2
    assert all(torch.equal(model.networks["generator"].state_dict()[n], v) for n, v in average.items())


@pytest.mark.parametrize(
    ("breach", "message"),
    [
        (lambda self, count, *, seed, start=0: np.zeros((count, SIDE, SIDE, 3), np.uint8), "two seeds give"),
        (lambda self, count, *, seed, start=0: np.zeros((count, SIDE, SIDE), np.uint8), "are not uint8"),
        (
            lambda self, count, *, seed, start=0: torch.rand(count, 8, 8, 3).numpy(),
            "torch's own random numbers",
        ),
        (
            lambda self, count, *, seed, start=0: np.random.default_rng([seed, count]).integers(
                0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8
            ),
            "how many are drawn changes",
        ),
        (
            lambda self, count, *, seed, start=0: np.random.default_rng(seed).integers(
                0, 256, (count, SIDE, SIDE, 3), dtype=np.uint8
            ),
            "where drawing starts changes",
        ),
    ],
)
def test_the_check_finds_breaches(breach, message):
    broken = type("Broken", (Gan,), {"sample": breach})(recipe_for("gan", "tiny", image_size=SIDE), 2)
    with pytest.raises(AssertionError, match=message):
        check_generator(broken)


class Draws(Gan):
    """Takes its noise from torch's own random numbers."""

    def training_step(self, batch):
        torch.rand(1)
        return super().training_step(batch)


class Idle(Gan):
    """Never updates the network that draws."""

    def training_step(self, batch):
        return {"generator": 0.0}


class Wavering(Gan):
    """Is not a function of the seed."""

    def __init__(self, recipe, classes):
        super().__init__(recipe, classes)
        with torch.no_grad():
            self.networks["generator"].classes.weight.add_(next(COUNTER))


COUNTER = itertools.count()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Draws, "draws from torch's own random numbers"),
        (Idle, "leaves the network that draws as it was"),
        (Wavering, "the same seed gives other untrained weights"),
    ],
)
def test_the_check_of_architectures_finds_breaches(model, message):
    class Broken(GanArchitecture):
        def build(self, recipe, *, classes, device):
            return model(recipe, classes)

    recipe = recipe_for("gan", "tiny", image_size=SIDE)
    check_generator_architecture(GAN, recipe)
    with pytest.raises(AssertionError, match=message):
        check_generator_architecture(Broken(), recipe)
