"""A linear generator, on which everything is known in closed form."""

import numpy as np
import torch
from torch import nn

from whorl.latent.generators import ModuleGenerator

SIDE, WIDTH = 8, 20


def linear_generator(seed=0, scale=0.02):
    """Pictures of 8 x 8 around grey, linear in a latent of 20 numbers; never black or white."""
    made = torch.Generator().manual_seed(seed)
    layer = nn.Linear(WIDTH, 3 * SIDE**2)
    with torch.no_grad():
        layer.weight.copy_(scale * torch.randn(layer.weight.shape, generator=made))
        layer.bias.fill_(0.5)
    return ModuleGenerator(nn.Sequential(layer, nn.Unflatten(1, (3, SIDE, SIDE))), WIDTH, (SIDE, SIDE))


def noisy(pictures, deviation, seed):
    """Pictures with Gaussian noise of so many grey levels, as 8-bit numbers."""
    noise = np.random.default_rng(seed).normal(0, deviation, pictures.shape)
    return (pictures + noise).round().clip(0, 255).astype(np.uint8)
