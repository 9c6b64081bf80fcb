"""What the diffusion models share: diffusers' UNet2DModel, the loss on the noise, and drawing step by step.

Source: Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, arXiv 2006.11239.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import WhorlError
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.descent import descend
from whorl.lab.generators.diffusion_settings import DiffusionSettings
from whorl.lab.generators.fixed_rows import in_fixed_rows
from whorl.lab.generators.recipe import GeneratorRecipe, Preset
from whorl.lab.generators.seeds import picture_noise, weights_seed

if TYPE_CHECKING:
    import torch

_LARGEST_GRADIENT = 1.0
_ROWS, _ROWS_ACCELERATED = 16, 256


@dataclass(frozen=True)
class DiffusionArchitecture:
    """A diffusion model: a loss, and the scheduler of diffusers that draws.

    Attributes:
        name: as on the command line.
        presets: its sizes.
        loss: of predicted and true noise, a scalar.
        scheduler: returns a fresh scheduler for a number of training steps.
        step: moves the pictures from one timestep to the next: (scheduler, predicted noise, timestep, pictures,
            one generator per picture).
    """

    name: str
    presets: Mapping[str, Preset]
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    scheduler: Callable[[int], Any]
    step: Callable[[Any, torch.Tensor, Any, torch.Tensor, list[torch.Generator]], torch.Tensor]
    packages: tuple[str, ...] = ("diffusers",)
    drawing: int = 1

    def build(
        self,
        recipe: GeneratorRecipe,
        *,
        classes: int,  # noqa: ARG002 - these models know no classes
        device: torch.device,
    ) -> DiffusionModel:
        """See `GeneratorArchitecture`."""
        if recipe.architecture != self.name:
            raise WhorlError(f"{self.name} cannot be built from a recipe of {recipe.architecture}.")
        return DiffusionModel(self, recipe, DiffusionSettings.from_dict(recipe.settings), device)


class DiffusionModel:
    """A UNet that tells the noise in a picture; see `GeneratorModel`.

    Args:
        kind: loss and scheduler.
        recipe: batch, rate, seed.
        settings: of network and timesteps.
        device: where it computes.
    """

    sampler = "unet"
    least_batch = 1

    def __init__(
        self,
        kind: DiffusionArchitecture,
        recipe: GeneratorRecipe,
        settings: DiffusionSettings,
        device: torch.device,
    ) -> None:
        import torch

        self.name, self.image_size, self.device = kind.name, recipe.image_size, device
        self.rows = _ROWS if device.type == "cpu" else _ROWS_ACCELERATED
        self._kind, self._settings = kind, settings
        self._scheduler = kind.scheduler(settings.train_steps)
        # The caller's own random numbers go on as if nothing had been drawn.
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(weights_seed(recipe.seed))
            self._unet = settings.unet(recipe.image_size)
        self._unet.to(device)
        self._rate = recipe.learning_rate

    @property
    def networks(self) -> Mapping[str, torch.nn.Module]:
        """The UNet alone."""
        return {"unet": self._unet}

    @cached_property
    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """AdamW with torch's own moments and decay."""
        import torch

        return {"unet": torch.optim.AdamW(self._unet.parameters(), lr=self._rate)}

    def training_step(self, batch: Batch) -> Mapping[str, float]:
        """Tell the noise added at a random timestep of each picture (algorithm 1); see `GeneratorModel`."""
        import torch

        clean = batch.pictures
        times = torch.randint(0, self._settings.train_steps, (len(clean),), generator=batch.noise)
        noise = torch.randn(clean.shape, generator=batch.noise).to(clean.device)
        times = times.to(clean.device)
        noisy = self._scheduler.add_noise(clean, noise, times)
        self._unet.train()
        with self._dropout_drawn_from(batch.noise):
            loss = self._kind.loss(self._unet(noisy, times).sample, noise)
        return {"noise": descend("noise", loss, self.optimisers["unet"], largest=_LARGEST_GRADIENT)}

    @contextmanager
    def _dropout_drawn_from(self, noise: torch.Generator) -> Iterator[None]:
        """Let dropout, which torch draws from its own random state, hang on the step's noise too."""
        import torch

        if not self._settings.dropout:
            yield
            return
        seed = int(torch.randint(0, 2**63 - 1, (), generator=noise))
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            torch.manual_seed(seed)
            yield

    def sample(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.uint8]:
        """Draw pictures, uint8 (count, S, S, 3), each from noise of its own; see `Generator`."""
        generators = picture_noise(seed, start, count)
        drawn = np.empty((count, self.image_size, self.image_size, 3), np.uint8)
        for first in range(0, count, self.rows):
            some = slice(first, first + self.rows)
            drawn[some] = self._denoise(generators[some])
        return drawn

    def _denoise(self, generators: list[torch.Generator]) -> NDArray[np.uint8]:
        import torch

        scheduler = copy.deepcopy(self._scheduler)
        scheduler.set_timesteps(self._settings.inference_steps)
        shape = (3, self.image_size, self.image_size)
        x = torch.stack([torch.randn(shape, generator=own) for own in generators]).to(self.device)
        network = in_fixed_rows(lambda rows, t: self._unet(rows, t).sample, self.rows)
        self._unet.eval()
        with torch.inference_mode():
            for t in scheduler.timesteps:
                x = self._kind.step(scheduler, network(x, t), t, x, generators)
            # diffusers' own pipelines go to 8 bits in these steps, in this order
            unit = (x / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
        pixels: NDArray[np.uint8] = (unit * 255).round().astype(np.uint8)
        return pixels
