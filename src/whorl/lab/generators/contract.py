"""What a generator is, trained or in training: enough for diffusion models and for GANs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

    from whorl.lab.generators.recipe import GeneratorRecipe, Preset


@dataclass(frozen=True)
class Batch:
    """What one training step sees.

    Attributes:
        pictures: float32 (B, 3, S, S), from -1 to 1, on the model's device.
        labels: int64 (B,), classes from 0 on, for class-conditional models; all 0 where there are no labels.
        noise: a CPU generator that belongs to this step; everything random in the step is drawn from it.
    """

    pictures: torch.Tensor
    labels: torch.Tensor
    noise: torch.Generator


class Generator(Protocol):
    """Anything that draws pictures; `whorl.checks.check_generator` holds it to this.

    Attributes:
        name: of its architecture, such as "ddpm".
        image_size: side S of its pictures.
        rows: how many pictures it draws at once; other counts are correct, these are quick.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    @property
    def image_size(self) -> int:
        """See above."""
        ...

    @property
    def rows(self) -> int:
        """See above."""
        ...

    def sample(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.uint8]:
        """Draw the pictures start .. start + count - 1 of a seed, uint8 (count, S, S, 3).

        Picture i depends on (seed, i) and the weights alone, bit by bit: not on count, on start, or on what was
        drawn before.

        Raises:
            WhorlError: count, seed or start is negative.
        """
        ...


class GeneratorModel(Generator, Protocol):
    """A generator that can be trained: networks, optimisers, and what one step does with them.

    Attributes:
        networks: by name; their state dicts are all that a checkpoint holds of them. A GAN has two.
        optimisers: by name.
        sampler: the name of the network that draws; its averaged weights are what a training leaves.
        least_batch: the fewest pictures that a step can learn from.
    """

    @property
    def networks(self) -> Mapping[str, torch.nn.Module]:
        """See above."""
        ...

    @property
    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """See above."""
        ...

    @property
    def sampler(self) -> str:
        """See above."""
        ...

    @property
    def least_batch(self) -> int:
        """See above."""
        ...

    def training_step(self, batch: Batch) -> Mapping[str, float]:
        """Take one step with every optimiser, and return the losses before it by name, always the same names.

        A GAN updates its discriminator as often as its recipe says, then its generator: two losses.

        Raises:
            DivergedError: a loss or gradient is NaN or infinite.
        """
        ...


class GeneratorArchitecture(Protocol):
    """A kind of generator: its sizes, and how a recipe becomes a model.

    Attributes:
        name: as on the command line.
        packages: distributions besides torch whose versions are recorded with a trained generator.
        presets: "tiny", "small" and "paper".
        drawing: raised whenever the same weights would draw other pictures than before.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    @property
    def packages(self) -> tuple[str, ...]:
        """See above."""
        ...

    @property
    def presets(self) -> Mapping[str, Preset]:
        """See above."""
        ...

    @property
    def drawing(self) -> int:
        """See above."""
        ...

    def build(self, recipe: GeneratorRecipe, *, classes: int, device: torch.device) -> GeneratorModel:
        """Return an untrained model, a function of the recipe and its seed; torch's own seed is left alone.

        Args:
            recipe: from `recipe_for`, or from a trained generator's folder.
            classes: how many classes the labels have; 1 where there are none.
            device: where it computes.

        Raises:
            WhorlError: settings that it does not know, or a package is missing.
        """
        ...
