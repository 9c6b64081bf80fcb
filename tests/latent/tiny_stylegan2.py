"""A StyleGAN2 of 16 x 16 that nobody trained, in a folder: small enough for tests, and smooth enough to read."""

import torch

from whorl.latent.stylegan2.folder import write_network
from whorl.latent.stylegan2.network import StyleGAN2Network
from whorl.latent.stylegan2.settings import StyleGAN2Settings

SETTINGS = StyleGAN2Settings(latent=24, style=24, mapping=2, channels=(12, 12, 8))
SIDE = SETTINGS.image_size


def write_tiny(folder, seed=0):
    """Write one with weights of its own; its pictures are rarely black or white."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = StyleGAN2Network(SETTINGS)
    with torch.no_grad():
        for colours in network.synthesis.colours:
            colours.conv.weight.mul_(0.3)
    return write_network(network.eval(), SETTINGS, folder, source="drawn")
