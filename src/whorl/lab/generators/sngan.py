"""SNGAN: residual networks, the discriminator's layers spectrally normalised; it knows no classes.

Source: Miyato, Kataoka, Koyama and Yoshida, Spectral Normalization for Generative Adversarial Networks,
arXiv 1802.05957, Table 4.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import relu

from whorl.lab.generators.gan import GanArchitecture, GanParts
from whorl.lab.generators.gan_objective import Hinge
from whorl.lab.generators.gan_settings import GanSettings
from whorl.lab.generators.projection import pooled
from whorl.lab.generators.recipe import Preset
from whorl.lab.generators.residual_blocks import DownBlock, UpBlock
from whorl.lab.generators.spectral_norm import normalise_spectrally
from whorl.lab.generators.weight_draws import draw_xavier


class SNGenerator(nn.Module):
    """z, a dense layer, three residual blocks up, norm, ReLU, 3 x 3, tanh (Table 4a).

    Args:
        settings: channels and length of z.
        image_size: S, a multiple of 8.
    """

    def __init__(self, settings: GanSettings, image_size: int) -> None:
        super().__init__()
        channels = settings.generator
        self._shape = (channels[0], image_size // 8, image_size // 8)
        self.dense = nn.Linear(settings.latent, channels[0] * (image_size // 8) ** 2)
        self.blocks = nn.ModuleList(
            UpBlock(channels[n], channels[n + 1], condition=0) for n in range(len(channels) - 1)
        )
        self.norm, self.conv = nn.BatchNorm2d(channels[-1]), nn.Conv2d(channels[-1], 3, 3, padding=1)

    def forward(self, z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:  # noqa: ARG002 - it knows none
        """Return pictures, float32 (B, 3, S, S) from -1 to 1, of z (B, latent)."""
        x = self.dense(z).unflatten(1, self._shape)
        for block in self.blocks:
            x = block(x, z)
        return torch.tanh(self.conv(relu(self.norm(x))))


class SNDiscriminator(nn.Module):
    """Four residual blocks, the first two down, ReLU, sums over all places, a dense layer (Table 4b).

    Args:
        settings: channels.
    """

    def __init__(self, settings: GanSettings) -> None:
        super().__init__()
        channels = (3, *settings.discriminator)
        self.blocks = nn.Sequential(
            *(DownBlock(channels[n], channels[n + 1], down=n < 2, first=n == 0) for n in range(4))
        )
        self.score = nn.Linear(channels[-1], 1)

    def forward(self, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        """Return scores, float32 (B,)."""
        scores: torch.Tensor = self.score(pooled(self.blocks(pictures)))[:, 0]
        return scores


def _parts(settings: GanSettings, image_size: int, classes: int) -> GanParts:  # noqa: ARG001 - it knows none
    generator, discriminator = SNGenerator(settings, image_size), SNDiscriminator(settings)
    for network in (generator, discriminator):
        draw_xavier(network)
    normalise_spectrally(discriminator, nn.Conv2d, nn.Linear)
    return GanParts(generator, discriminator, Hinge())


def _settings(
    generator: int, discriminator: int, latent: int, turns: int, generator_share: int = 1
) -> dict[str, object]:
    return GanSettings(
        generator=(generator,) * 4,
        discriminator=(discriminator,) * 4,
        latent=latent,
        turns=turns,
        betas=(0.0, 0.9),
        generator_share=generator_share,
    ).to_dict()


SNGAN = GanArchitecture(
    "sngan",
    {
        "tiny": Preset(
            settings=_settings(16, 16, 16, 2), batch_size=32, learning_rate=1e-3, average=0.9, steps=30
        ),
        "small": Preset(
            settings=_settings(48, 48, 128, 2), batch_size=64, learning_rate=2e-4, average=0.999, steps=2200
        ),
        # sn_cifar10_unconditional.yml of https://github.com/pfnet-research/sngan_projection: 64 pictures for each
        # of five turns, 128 for the generator, no averaging. Its rate falls to 0 along a line; here it stays.
        "paper": Preset(
            settings=_settings(256, 128, 128, 5, 2),
            batch_size=320,
            learning_rate=2e-4,
            average=0,
            steps=50_000,
        ),
    },
    settings=GanSettings,
    parts=_parts,
    conditional=False,
)
