"""Latent diffusion through diffusers; the latent is what the last step of DDIM gives to the decoder.

Sources: Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models, arXiv 2112.10752; Song, Meng
and Ermon, Denoising Diffusion Implicit Models, arXiv 2010.02502.
"""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.encoders.device import choose_device
from whorl.errors import WhorlError
from whorl.files import digest_json
from whorl.latent.diffusers_parts import DiffusersParts, with_plain_attention
from whorl.latent.generators import normal_rows, weights_digest
from whorl.latent.pipeline_folder import read_pipeline

STEPS = 50
"""How many steps of DDIM where nothing says: as in diffusers' own LDMPipeline."""

_ROWS, _ROWS_ACCELERATED = 16, 64
_CPU = torch.device("cpu")


class LatentDiffusion:
    """A latent diffusion model without conditions; the latent is z, the output of DDIM (eta = 0).

    z is counted in the units of the UNet, in which it varies by about 1; the decoder sees z / scaling_factor. A
    VQModel decodes z as it is, as the published method does, and not the nearest entries of its codebook: keys
    live in a continuous z, and the nearest entry has no derivative. Its pictures therefore differ a little from
    those of diffusers' own pipeline.

    Args:
        parts: with weights; the autoencoder's attention becomes the plain one.
        steps: how many steps of DDIM lead to z; None for as many as the parts were made for, or else 50.
        name: in words.
        device: where it computes.

    Attributes:
        latent_shape: channels, height and width of z, flattened in this order.

    Raises:
        WhorlError: parts that do not fit each other, or more steps than there were in training.
    """

    def __init__(
        self,
        parts: DiffusersParts,
        *,
        steps: int | None = None,
        name: str = "latent-diffusion",
        device: torch.device | None = None,
    ) -> None:
        self.name, self.device, self._parts = name, device or _CPU, parts
        with_plain_attention(parts.autoencoder)
        for network in (parts.autoencoder, parts.unet):
            # Rounding depends on how weights lie in memory; here they always lie alike.
            network.to(self.device, memory_format=torch.contiguous_format)
            network.eval().requires_grad_(requires_grad=False)
        most = parts.scheduler.config.num_train_timesteps
        steps = (parts.steps or STEPS) if steps is None else steps
        if not 1 <= steps <= most:
            raise WhorlError(f"steps is 1 to {most}, the timesteps of training; got {steps}.")
        self._scheduler = type(parts.scheduler).from_config(parts.scheduler.config)
        self._scheduler.set_timesteps(steps)
        self.latent_shape = parts.latent_shape
        self.latent_dim = math.prod(self.latent_shape)
        self.image_size = self._decoded_size()

    @cached_property
    def digest(self) -> str:
        """Digest of decoder, UNet, settings and timesteps; the encoder does not count."""
        said = {**self._parts.settings(), "timesteps": self._scheduler.timesteps.tolist()}
        return weights_digest(self._parts.drawing, "latent diffusion", digest_json(said))

    def sample_latents(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.float32]:
        """See `LatentGenerator`."""
        rows = _ROWS if self.device.type == "cpu" else _ROWS_ACCELERATED
        found = np.empty((count, self.latent_dim), dtype=np.float32)
        for first in range(0, count, rows):
            # Networks round in another way for each batch size: theirs is always the same, and what is drawn
            # beyond the count is thrown away.
            noise = normal_rows(rows, self.latent_dim, seed=seed, start=start + first)
            found[first : first + rows] = self._denoised(noise)[: count - first]
        return found

    def _denoised(self, noise: NDArray[np.float32]) -> NDArray[np.float32]:
        unet, scheduler = self._parts.unet, self._scheduler
        with torch.inference_mode():
            z = torch.from_numpy(noise).to(self.device, unet.dtype).reshape(-1, *self.latent_shape)
            for t in scheduler.timesteps:
                z = scheduler.step(unet(z, t).sample, t, z, eta=0.0).prev_sample
        rows: NDArray[np.float32] = z.flatten(1).float().cpu().numpy()
        return rows

    def synthesize(self, latents: torch.Tensor) -> torch.Tensor:
        """See `LatentGenerator`; this is the decoder alone."""
        autoencoder, quantized = self._parts.autoencoder, self._parts.quantized
        z = latents.reshape(-1, *self.latent_shape) / autoencoder.config.scaling_factor
        z = z + (autoencoder.config.get("shift_factor") or 0)
        decoded = autoencoder.decode(z, force_not_quantize=True) if quantized else autoencoder.decode(z)
        pictures: torch.Tensor = decoded.sample / 2 + 0.5
        return pictures

    def _decoded_size(self) -> tuple[int, int]:
        blank = torch.zeros(1, self.latent_dim, device=self.device, dtype=self._parts.autoencoder.dtype)
        try:
            with torch.inference_mode():
                colours, height, width = self.synthesize(blank).shape[1:]
        except RuntimeError as error:
            raise WhorlError(
                f"the autoencoder cannot decode what the UNet draws, latents of {self.latent_shape}: {error}"
            ) from error
        if colours != 3:
            raise WhorlError(f"expected an autoencoder of pictures with 3 colours; this one draws {colours}.")
        return height, width


def open_latent_diffusion(
    place: str | Path, device: str = "auto", *, steps: int | None = None
) -> LatentDiffusion:
    """Open a pipeline of diffusers: AutoencoderKL or VQModel, UNet2DModel and DDIMScheduler, without conditions.

    Args:
        place: its folder (`model_index.json` and a folder for each part), or its name on the hub. Weights are
            read from safetensors alone.
        device: auto, cpu, mps, cuda or cuda:N.
        steps: how many steps of DDIM; None for as many as its `whorl.json` says (`whorl lab export` writes one),
            or else 50.

    Raises:
        StorageError: no such folder or name, a damaged file, or weights that would have to be unpickled.
        WhorlError: another kind of pipeline, text-conditional ones among them, or diffusers is missing.
    """
    chosen = choose_device(device)
    return LatentDiffusion(read_pipeline(place), steps=steps, name=Path(place).name, device=chosen)
