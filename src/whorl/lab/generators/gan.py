"""What the GANs share: turns of two networks, and drawing from the averaged generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from whorl.errors import WhorlError
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.descent import descend
from whorl.lab.generators.fixed_rows import in_fixed_rows
from whorl.lab.generators.gan_objective import GanObjective, Shown
from whorl.lab.generators.gan_settings import GanSettings
from whorl.lab.generators.recipe import GeneratorRecipe, Preset
from whorl.lab.generators.seeds import picture_noise, weights_seed
from whorl.lab.generators.spectral_norm import DrawingCopy

_ROWS, _ROWS_ACCELERATED = 16, 256


@dataclass(frozen=True)
class GanParts:
    """The networks of a GAN, untrained, and their losses.

    Attributes:
        generator: pictures of (z, labels), with BatchNorm and maybe spectral normalisation.
        discriminator: of (pictures, labels).
        objective: what they minimise.
    """

    generator: nn.Module
    discriminator: nn.Module
    objective: GanObjective


@dataclass(frozen=True)
class GanArchitecture:
    """A GAN for pictures whose side is a multiple of 8.

    Attributes:
        name: as on the command line.
        presets: its sizes.
        settings: the type of its settings.
        parts: networks and losses, of (settings, image size, classes), drawn from torch's present random state.
        conditional: whether it draws pictures of a class, and so learns from labels.
    """

    name: str
    presets: Mapping[str, Preset]
    settings: type[GanSettings]
    parts: Callable[..., GanParts]
    conditional: bool
    packages: tuple[str, ...] = ()
    drawing: int = 1

    def build(self, recipe: GeneratorRecipe, *, classes: int, device: torch.device) -> Gan:
        """See `GeneratorArchitecture`."""
        if recipe.architecture != self.name:
            raise WhorlError(f"{self.name} cannot be built from a recipe of {recipe.architecture}.")
        if recipe.image_size % 8:
            raise WhorlError(f"{self.name} needs an image_size that 8 divides; got {recipe.image_size}.")
        if self.conditional and classes < 2:
            raise WhorlError(
                f"{self.name} draws pictures of a class and learns from labels, at least two different ones; "
                "these pictures have none. Give labelled pictures (a folder for each class, or Parquet or npz "
                "with labels), or train sngan, which needs none."
            )
        settings = self.settings.from_dict(recipe.settings)
        known = classes if self.conditional else 1
        # The caller's own random numbers go on as if nothing had been drawn.
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(weights_seed(recipe.seed))
            parts = self.parts(settings, recipe.image_size, known)
        return Gan(parts, recipe, settings, known, device)


class Gan:
    """A generator and the discriminator that it learns from; see `GeneratorModel`.

    Args:
        parts: networks and losses.
        recipe: name, side, rate.
        settings: turns, betas, latent.
        classes: how many.
        device: where it computes.
    """

    sampler = "generator"

    def __init__(
        self,
        parts: GanParts,
        recipe: GeneratorRecipe,
        settings: GanSettings,
        classes: int,
        device: torch.device,
    ) -> None:
        self.name, self.image_size, self.device = recipe.architecture, recipe.image_size, device
        self.rows = _ROWS if device.type == "cpu" else _ROWS_ACCELERATED
        self.classes, self._settings, self._rate = classes, settings, recipe.learning_rate
        # A quarter less time per step on a CPU than with the channels first.
        layout = torch.channels_last
        self._generator = parts.generator.to(device, memory_format=layout)  # type: ignore[call-overload]
        self._discriminator = parts.discriminator.to(device, memory_format=layout)  # type: ignore[call-overload]
        self._objective = parts.objective
        self._drawing = DrawingCopy()

    @property
    def networks(self) -> Mapping[str, nn.Module]:
        """The two; their buffers hold running statistics and the vectors of the power iterations."""
        return {"generator": self._generator, "discriminator": self._discriminator}

    @property
    def least_batch(self) -> int:
        """A picture for each of the discriminator's turns."""
        return self._settings.turns

    @cached_property
    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Adam for each."""
        rates = {"generator": self._rate * self._settings.generator_rate, "discriminator": self._rate}
        first, second = self._settings.betas
        return {
            name: torch.optim.Adam(network.parameters(), lr=rates[name], betas=(first, second))
            for name, network in self.networks.items()
        }

    def training_step(self, batch: Batch) -> Mapping[str, float]:
        """Let each turn of the discriminator see a share of the batch of its own, then update the generator.

        Raises:
            DivergedError: see `GeneratorModel`.
            WhorlError: fewer pictures than turns.
        """
        turns = self._settings.turns
        if len(batch.pictures) < turns:
            raise WhorlError(
                f"a batch of {len(batch.pictures)} cannot be shared among {turns} turns of the discriminator; "
                f"give a --batch-size of at least {turns}, best a multiple, and as many pictures."
            )
        shares = zip(batch.pictures.tensor_split(turns), batch.labels.tensor_split(turns), strict=True)
        self._generator.train()
        self._discriminator.train().requires_grad_(requires_grad=True)
        losses = [self._judge(Shown(*share), batch.noise) for share in shares]
        self._discriminator.requires_grad_(requires_grad=False)
        shown = self._settings.generator_share * -(-len(batch.pictures) // turns)
        fake = self._fake(shown, batch.noise)
        loss = self._objective.generator(self._discriminator, fake)
        drawn = descend("generator", loss, self.optimisers["generator"])
        return {"discriminator": sum(losses) / turns, "generator": drawn}

    def _judge(self, real: Shown, noise: torch.Generator) -> float:
        with torch.no_grad():
            fake = self._fake(len(real.labels), noise)
        loss = self._objective.discriminator(self._discriminator, real, fake)
        return descend("discriminator", loss, self.optimisers["discriminator"])

    def _fake(self, count: int, noise: torch.Generator) -> Shown:
        labels = torch.randint(0, self.classes, (count,), generator=noise).to(self.device)
        z = torch.randn(count, self._settings.latent, generator=noise).to(self.device)
        return Shown(self._generator(z, labels), labels)

    def sample(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.uint8]:
        """Draw pictures, uint8 (count, S, S, 3), each of a class and a z of its own; see `Generator`."""
        generators = picture_noise(seed, start, count)
        drawn = np.empty((count, self.image_size, self.image_size, 3), np.uint8)
        if count == 0:
            return drawn
        drawing = self._drawing.of(self._generator)
        # One tensor carries z and class, so that the rows that fill up a batch have both.
        network = in_fixed_rows(lambda rows: drawing(rows[:, 1:], rows[:, 0].long()), self.rows)
        with torch.inference_mode():
            for first in range(0, count, self.rows):
                some = slice(first, first + self.rows)
                rows = torch.stack([self._row(own) for own in generators[some]]).to(self.device)
                unit = (network(rows) / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)
                drawn[some] = (unit * 255).round().to(torch.uint8).cpu().numpy()
        return drawn

    def _row(self, own: torch.Generator) -> torch.Tensor:
        label = torch.randint(0, self.classes, (1,), generator=own)
        return torch.cat([label.float(), torch.randn(self._settings.latent, generator=own)])
