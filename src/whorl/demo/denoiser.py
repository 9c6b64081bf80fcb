"""A diffusion model for 8 x 8 pictures: the network, its loss, and drawing pictures from it.

Source: Karras, Aittala, Aila, Laine, Elucidating the Design Space of Diffusion-Based Generative Models,
arXiv 2206.00364. Pictures are float32 (B, 64) from -1 to 1; sigma is float32 (B, 1).
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import nn

_DATA_SD = 0.75
_LOG_SIGMA_MEAN, _LOG_SIGMA_SD = -0.8, 0.9
_SIGMA_LEAST, _SIGMA_MOST, _RHO = 0.01, 10.0, 7
_FREQUENCIES = 32


class Denoiser(nn.Module):
    """Tells what a noisy picture was without its noise: D(x; sigma), preconditioned as in eq. 7."""

    frequencies: torch.Tensor

    def __init__(self, pixels: int, width: int, depth: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", 2 * torch.randn(_FREQUENCIES))
        self.enter = nn.Linear(pixels, width)
        self.enter_noise = nn.Linear(2 * _FREQUENCIES, width)
        self.blocks = nn.ModuleList(_block(width) for _ in range(depth))
        self.leave = nn.Linear(width, pixels)
        nn.init.zeros_(self.leave.weight)

    def forward(self, noisy: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """Return the denoised pictures, float32 (B, pixels)."""
        total = (sigma**2 + _DATA_SD**2).sqrt()
        angles = sigma.log() * (math.pi / 2) * self.frequencies
        noise = torch.cat([angles.sin(), angles.cos()], dim=1)
        hidden = self.enter(noisy / total) + self.enter_noise(noise)
        for block in self.blocks:
            hidden = hidden + block(hidden)
        kept, added = (_DATA_SD / total) ** 2, sigma * _DATA_SD / total
        denoised: torch.Tensor = kept * noisy + added * self.leave(nn.functional.silu(hidden))
        return denoised


def _block(width: int) -> nn.Module:
    return nn.Sequential(
        nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width)
    )


def denoising_loss(model: nn.Module, pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Return the weighted squared error of denoising, with noise of random strength (eq. 8), a scalar."""
    draws = torch.randn(len(pictures), 1, generator=generator)
    sigma = (_LOG_SIGMA_MEAN + _LOG_SIGMA_SD * draws).exp()
    noisy = pictures + sigma * torch.randn(pictures.shape, generator=generator)
    weight = (sigma**2 + _DATA_SD**2) / (sigma * _DATA_SD) ** 2
    loss: torch.Tensor = (weight * (model(noisy, sigma) - pictures) ** 2).mean()
    return loss


def draw(model: nn.Module, count: int, pixels: int, *, seed: int, steps: int = 24) -> torch.Tensor:
    """Draw pictures from noise by Heun's method (algorithm 1, without churn), float32 (count, pixels)."""
    ramp = torch.arange(steps) / (steps - 1)
    most, least = _SIGMA_MOST ** (1 / _RHO), _SIGMA_LEAST ** (1 / _RHO)
    sigmas = [*((most + ramp * (least - most)) ** _RHO).tolist(), 0.0]
    x = sigmas[0] * torch.randn(count, pixels, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for now, then in itertools.pairwise(sigmas):
            slope = (x - model(x, torch.full((count, 1), now))) / now
            ahead = x + (then - now) * slope
            if then > 0:
                there = (ahead - model(ahead, torch.full((count, 1), then))) / then
                ahead = x + (then - now) * (slope + there) / 2
            x = ahead
    drawn: torch.Tensor = x.clamp(-1, 1)
    return drawn
