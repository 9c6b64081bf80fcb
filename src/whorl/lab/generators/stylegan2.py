"""StyleGAN2: a style for every layer, and losses that keep the two networks smooth.

Source: Karras et al., Analyzing and Improving the Image Quality of StyleGAN, arXiv 1912.04958. The generator
itself is `whorl.latent.stylegan2`, which reads keys back from its pictures; here it is trained. Against the
paper: the regularisers are drawn at random one step in so many, and count so many times, in place of every so
many steps; each picture has one style, none mixed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import softplus

from whorl.errors import WhorlError
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.descent import descend
from whorl.lab.generators.fixed_rows import in_fixed_rows
from whorl.lab.generators.recipe import GeneratorRecipe, Preset
from whorl.lab.generators.seeds import picture_noise, weights_seed
from whorl.lab.generators.stylegan2_discriminator import StyleGAN2Discriminator
from whorl.latent.stylegan2.network import StyleGAN2Network
from whorl.latent.stylegan2.settings import StyleGAN2Settings

_ROWS, _ROWS_ACCELERATED = 16, 256
_BETAS = (0.0, 0.99)


@dataclass(frozen=True, kw_only=True)
class Training:
    """How StyleGAN2 is trained; the discriminator has the generator's channels.

    Attributes:
        generator: its networks.
        r1: weight of the discriminator's squared gradient at real pictures.
        r1_every: one step in so many has it, at so many times the weight.
        path: weight of the spread of the generator's path lengths; 0 leaves it out.
        path_every: likewise.
    """

    generator: StyleGAN2Settings
    r1: float
    r1_every: int = 16
    path: float = 2.0
    path_every: int = 8

    def __post_init__(self) -> None:
        if min(self.r1, self.path) < 0 or min(self.r1_every, self.path_every) < 1:
            raise WhorlError(f"weights must not be negative, and every is 1 or more; got {self}.")

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self) | {"generator": self.generator.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described.

        Raises:
            WhorlError: a name too many or too few.
        """
        try:
            return cls(**{**values, "generator": StyleGAN2Settings.from_dict(values["generator"])})
        except (KeyError, TypeError) as error:
            raise WhorlError(f"these are no settings of stylegan2: {error}.") from error


@dataclass(frozen=True)
class StyleGAN2Architecture:
    """See `GeneratorArchitecture`."""

    name: str
    presets: Mapping[str, Preset]
    packages: tuple[str, ...] = ()
    drawing: int = 1

    def build(
        self,
        recipe: GeneratorRecipe,
        *,
        classes: int,  # noqa: ARG002 - it knows none
        device: torch.device,
    ) -> StyleGAN2Model:
        """See `GeneratorArchitecture`."""
        if recipe.architecture != self.name:
            raise WhorlError(f"{self.name} cannot be built from a recipe of {recipe.architecture}.")
        training = Training.from_dict(recipe.settings)
        if recipe.image_size != training.generator.image_size:
            raise WhorlError(
                f"{self.name} of {len(training.generator.channels)} levels draws pictures of "
                f"{training.generator.image_size} pixels a side; got an image_size of {recipe.image_size}."
            )
        return StyleGAN2Model(recipe, training, device)


class StyleGAN2Model:
    """Generator and discriminator; see `GeneratorModel`.

    Args:
        recipe: rate and seed.
        training: networks and regularisers.
        device: where it computes.
    """

    sampler = "generator"
    least_batch = 1

    def __init__(self, recipe: GeneratorRecipe, training: Training, device: torch.device) -> None:
        self.name, self.image_size, self.device = recipe.architecture, recipe.image_size, device
        self.rows = _ROWS if device.type == "cpu" else _ROWS_ACCELERATED
        self._training, self._rate = training, recipe.learning_rate
        # The caller's own random numbers go on as if nothing had been drawn.
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(weights_seed(recipe.seed))
            self._generator = StyleGAN2Network(training.generator)
            self._discriminator = StyleGAN2Discriminator(training.generator.channels)
        # The mean path length so far is a part of the training, and so of its checkpoints.
        self._discriminator.register_buffer("path_length", torch.zeros(()))
        for network in self.networks.values():
            network.to(device)

    @property
    def networks(self) -> Mapping[str, nn.Module]:
        """The two; the generator's buffers hold its noise, the same for every picture that is drawn."""
        return {"generator": self._generator, "discriminator": self._discriminator}

    @cached_property
    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Adam for each."""
        return {
            name: torch.optim.Adam(network.parameters(), lr=self._rate, betas=_BETAS)
            for name, network in self.networks.items()
        }

    def training_step(self, batch: Batch) -> Mapping[str, float]:
        """Update the discriminator, then the generator, on one batch (logistic loss, non-saturating).

        Raises:
            DivergedError: see `GeneratorModel`.
        """
        penalised, lengths = (
            self._drawn(self._training.r1_every, batch),
            self._drawn(self._training.path_every, batch),
        )
        self._discriminator.requires_grad_(requires_grad=True)
        judged = descend("discriminator", self._judge(batch, penalised), self.optimisers["discriminator"])
        self._discriminator.requires_grad_(requires_grad=False)
        loss = softplus(-self._discriminator(self._fake(len(batch.pictures), batch.noise))).mean()
        if lengths and self._training.path:
            half = max(1, len(batch.pictures) // 2)
            loss = loss + self._training.path * self._training.path_every * self._uneven(half, batch.noise)
        return {
            "discriminator": judged,
            "generator": descend("generator", loss, self.optimisers["generator"]),
        }

    def _drawn(self, every: int, batch: Batch) -> bool:
        return int(torch.randint(0, every, (), generator=batch.noise)) == 0

    def _judge(self, batch: Batch, penalised: bool) -> torch.Tensor:
        with torch.no_grad():
            fake = self._fake(len(batch.pictures), batch.noise)
        real = batch.pictures.detach().requires_grad_(penalised)
        scores = self._discriminator(real)
        loss: torch.Tensor = softplus(self._discriminator(fake)).mean() + softplus(-scores).mean()
        if penalised:
            (slope,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
            steep = slope.square().sum(dim=(1, 2, 3)).mean()
            loss = loss + self._training.r1 / 2 * self._training.r1_every * steep
        return loss

    def _fake(self, count: int, noise: torch.Generator) -> torch.Tensor:
        pictures, _ = self._styled(count, noise)
        return pictures

    def _styled(self, count: int, noise: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return pictures with noise of their own, and their styles."""
        z = torch.randn(count, self._training.generator.latent, generator=noise).to(self.device)
        maps = [
            torch.randn(count, 1, side, side, generator=noise).to(self.device)
            for side in self._generator.synthesis.noise_sides
        ]
        styles = self._generator.mapping(z)
        return self._generator.synthesis(styles, maps), styles

    def _uneven(self, count: int, noise: torch.Generator) -> torch.Tensor:
        """Return how far path lengths are from their mean so far (equation 4)."""
        pictures, styles = self._styled(count, noise)
        towards = torch.randn(pictures.shape, generator=noise).to(self.device) / self.image_size
        (slope,) = torch.autograd.grad((pictures * towards).sum(), styles, create_graph=True)
        lengths: torch.Tensor = slope.square().sum(dim=1).sqrt()
        mean = self._discriminator.get_buffer("path_length")
        with torch.no_grad():
            mean.lerp_(lengths.mean(), 0.01)
        return (lengths - mean).square().mean()

    def sample(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.uint8]:
        """Draw pictures, uint8 (count, S, S, 3), each from a z of its own; see `Generator`."""
        generators = picture_noise(seed, start, count)
        drawn = np.empty((count, self.image_size, self.image_size, 3), np.uint8)
        network = in_fixed_rows(self._generator, self.rows)
        latent = self._training.generator.latent
        with torch.inference_mode():
            for first in range(0, count, self.rows):
                some = slice(first, first + self.rows)
                z = torch.stack([torch.randn(latent, generator=own) for own in generators[some]])
                unit = (network(z.to(self.device)) / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)
                drawn[some] = (unit * 255).round().to(torch.uint8).cpu().numpy()
        return drawn


def _settings(latent: int, mapping: int, channels: tuple[int, ...], **others: float) -> dict[str, Any]:
    generator = StyleGAN2Settings(latent=latent, style=latent, mapping=mapping, channels=channels)
    return Training(generator=generator, **others).to_dict()  # type: ignore[arg-type]


STYLEGAN2 = StyleGAN2Architecture(
    "stylegan2",
    {
        "tiny": Preset(
            settings=_settings(48, 2, (16, 16, 16, 8), r1=0.1),
            batch_size=16,
            learning_rate=2e-3,
            average=0.9,
            steps=30,
        ),
        "small": Preset(
            settings=_settings(192, 4, (96, 96, 64, 32), r1=0.05),
            batch_size=32,
            learning_rate=2e-3,
            average=0.998,
            steps=4000,
        ),
        "paper": Preset(
            settings=_settings(512, 8, (512, 512, 512, 512), r1=0.01),
            batch_size=64,
            learning_rate=2.5e-3,
            average=math.exp2(-64 / 500_000),
            steps=400_000,
        ),
    },
)
