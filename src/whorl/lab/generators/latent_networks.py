"""The two networks of a latent diffusion model, and the scale of what passes between them."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.functional import l1_loss

from whorl.lab.generators.latent_settings import LatentSettings

_FOLLOWED = 0.01


class LatentNetworks(nn.Module):
    """Autoencoder and UNet; what is averaged, saved and drawn with is both.

    The latents' standard deviation is followed while they change, and is a buffer, saved and averaged with the
    weights that it belongs to.

    Args:
        settings: of both.
        image_size: side of the pictures.
    """

    deviation: torch.Tensor

    def __init__(self, settings: LatentSettings, image_size: int) -> None:
        super().__init__()
        side = settings.latent_side(image_size)
        self.autoencoder: Any = settings.autoencoder(image_size)
        self.unet: Any = settings.unet.unet(side, settings.latent)
        self.register_buffer("deviation", torch.ones(()))

    @property
    def scaling_factor(self) -> float:
        """What latents are multiplied by for the UNet, as diffusers calls it (arXiv 2112.10752, Appendix G)."""
        return 1 / float(self.deviation)

    def coded(
        self, pictures: torch.Tensor, noise: torch.Generator, *, kl: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return latents drawn for pictures, and the loss of what is decoded from them.

        Args:
            pictures: float32 (B, 3, S, S), from -1 to 1.
            noise: what is drawn is drawn from it.
            kl: weight of the divergence from the standard normal distribution, the mean over a latent's numbers.
        """
        coded = self.autoencoder.encode(pictures).latent_dist
        drawn = torch.randn(coded.mean.shape, generator=noise).to(pictures.device)
        latents = coded.mean + coded.std * drawn
        divergence = (coded.mean.square() + coded.var - 1 - coded.logvar).mean() / 2
        return latents, l1_loss(self.autoencoder.decode(latents).sample, pictures) + kl * divergence

    @torch.no_grad()
    def scaled(self, latents: torch.Tensor) -> torch.Tensor:
        """Return latents in the UNet's units, without their history, and follow their deviation."""
        self.deviation.lerp_(latents.std(), _FOLLOWED)
        return latents / self.deviation
