"""Latent diffusion: an autoencoder, and a diffusion model of its latents, drawn by DDIM and decoded.

Sources: Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models, arXiv 2112.10752; Song, Meng
and Ermon, Denoising Diffusion Implicit Models, arXiv 2010.02502, with eta = 0. Against the first, both networks
are trained side by side, the autoencoder for absolute error alone: no perceptual loss, no discriminator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.diffusers_package import diffusers
from whorl.errors import WhorlError
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.descent import descend
from whorl.lab.generators.fixed_rows import in_fixed_rows
from whorl.lab.generators.latent_networks import LatentNetworks
from whorl.lab.generators.latent_settings import LatentSettings
from whorl.lab.generators.latent_sizes import LATENT_PRESETS
from whorl.lab.generators.recipe import GeneratorRecipe, Preset
from whorl.lab.generators.seeds import picture_noise, weights_seed

if TYPE_CHECKING:
    import torch

_LARGEST_GRADIENT = 1.0
_ROWS, _ROWS_ACCELERATED = 16, 256

# Those of the authors' later models (Stable Diffusion). At the last step 7 % of a latent are left. With DDPM's
# 0.6 %, what a network gets wrong there grows 150 times on the way back, where pixels would be clipped.
_BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}


@dataclass(frozen=True)
class LatentArchitecture:
    """See `GeneratorArchitecture`."""

    name: str
    presets: Mapping[str, Preset]
    packages: tuple[str, ...] = ("diffusers",)
    drawing: int = 1

    def build(
        self,
        recipe: GeneratorRecipe,
        *,
        classes: int,  # noqa: ARG002 - it knows none
        device: torch.device,
    ) -> LatentModel:
        """See `GeneratorArchitecture`."""
        if recipe.architecture != self.name:
            raise WhorlError(f"{self.name} cannot be built from a recipe of {recipe.architecture}.")
        return LatentModel(recipe, LatentSettings.from_dict(recipe.settings), device)


class LatentModel:
    """Autoencoder and UNet; see `GeneratorModel`.

    Args:
        recipe: rate and seed.
        settings: of networks and timesteps.
        device: where it computes.

    Attributes:
        scheduler: diffusers' own, untouched; values are not clipped, for a latent has no black and white.
        settings: as given.
    """

    sampler = "pair"
    least_batch = 1

    def __init__(self, recipe: GeneratorRecipe, settings: LatentSettings, device: torch.device) -> None:
        import torch

        self.name, self.image_size, self.device = recipe.architecture, recipe.image_size, device
        self.rows = _ROWS if device.type == "cpu" else _ROWS_ACCELERATED
        self.settings, self._rate = settings, recipe.learning_rate
        self.scheduler = diffusers().DDIMScheduler(
            num_train_timesteps=settings.unet.train_steps, clip_sample=False, **_BETAS
        )
        # The caller's own random numbers go on as if nothing had been drawn.
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(weights_seed(recipe.seed))
            self._pair = LatentNetworks(settings, recipe.image_size)
        # The autoencoder takes most of a step, and a sixth less of it on a CPU than with the channels first.
        self._pair.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def networks(self) -> Mapping[str, LatentNetworks]:
        """Both in one, for both draw."""
        return {"pair": self._pair}

    @cached_property
    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        """AdamW for each of the two, with torch's own moments and decay."""
        import torch

        parts = {"autoencoder": self._pair.autoencoder, "unet": self._pair.unet}
        return {name: torch.optim.AdamW(part.parameters(), lr=self._rate) for name, part in parts.items()}

    def training_step(self, batch: Batch) -> Mapping[str, float]:
        """Update the autoencoder, then the UNet on the latents that it had just now.

        Raises:
            DivergedError: see `GeneratorModel`.
        """
        self._pair.train()
        latents, loss = self._pair.coded(batch.pictures, batch.noise, kl=self.settings.kl)
        coded = descend("reconstruction", loss, self.optimisers["autoencoder"], largest=_LARGEST_GRADIENT)
        told = descend(
            "noise",
            self._noise_loss(self._pair.scaled(latents), batch.noise),
            self.optimisers["unet"],
            largest=_LARGEST_GRADIENT,
        )
        return {"reconstruction": coded, "noise": told}

    def _noise_loss(self, clean: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Return the squared error of the noise told at a random timestep of each latent (DDPM, algorithm 1)."""
        import torch
        from torch.nn.functional import mse_loss

        times = torch.randint(0, self.settings.unet.train_steps, (len(clean),), generator=generator)
        noise = torch.randn(clean.shape, generator=generator).to(self.device)
        times = times.to(self.device)
        noisy = self.scheduler.add_noise(clean, noise, times)
        return mse_loss(self._pair.unet(noisy, times).sample, noise)

    def sample(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.uint8]:
        """Draw pictures, uint8 (count, S, S, 3), each from noise of its own; see `Generator`."""
        generators = picture_noise(seed, start, count)
        drawn = np.empty((count, self.image_size, self.image_size, 3), np.uint8)
        for first in range(0, count, self.rows):
            some = slice(first, first + self.rows)
            drawn[some] = self._drawn(generators[some])
        return drawn

    def _drawn(self, generators: list[torch.Generator]) -> NDArray[np.uint8]:
        import torch

        self._pair.eval()
        self.scheduler.set_timesteps(self.settings.unet.inference_steps)
        side = self.settings.latent_side(self.image_size)
        shape = (self.settings.latent, side, side)
        z = torch.stack([torch.randn(shape, generator=own) for own in generators]).to(self.device)
        unet = in_fixed_rows(lambda rows, t: self._pair.unet(rows, t).sample, self.rows)
        decoder = in_fixed_rows(lambda rows: self._pair.autoencoder.decode(rows).sample, self.rows)
        with torch.inference_mode():
            for t in self.scheduler.timesteps:
                z = self.scheduler.step(unet(z, t), t, z, eta=0.0).prev_sample
            # diffusers' own pipelines decode and go to 8 bits in these steps, in this order
            x = decoder(z / self._pair.scaling_factor)
            unit = (x / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
        pixels: NDArray[np.uint8] = (unit * 255).round().astype(np.uint8)
        return pixels


LATENT_DDIM = LatentArchitecture("latent-ddim", LATENT_PRESETS)
