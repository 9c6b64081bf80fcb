"""A generator whose latent is long, and whose pictures bend: untrained, and hard to read."""

import torch
from torch import nn

from whorl.latent.generators import ModuleGenerator

SIDE, WIDTH, HIDDEN = 12, 256, 320


def curved_generator(bend, seed=0):
    """Pictures of 12 x 12 from a latent of 256, through layers that saturate the more, the larger `bend`."""
    made = torch.Generator().manual_seed(seed)
    layers = [nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, HIDDEN), nn.Linear(HIDDEN, 3 * SIDE**2)]
    with torch.no_grad():
        for layer in layers:
            layer.weight.copy_(
                torch.randn(layer.weight.shape, generator=made) * bend / layer.in_features**0.5
            )
            layer.bias.copy_(0.1 * torch.randn(layer.bias.shape, generator=made))
        layers[-1].weight.mul_(0.25 / bend)
        layers[-1].bias.fill_(0.5)
    first, second, last = layers
    network = nn.Sequential(first, nn.Tanh(), second, nn.Tanh(), last, nn.Unflatten(1, (3, SIDE, SIDE)))
    return ModuleGenerator(network, WIDTH, (SIDE, SIDE))
