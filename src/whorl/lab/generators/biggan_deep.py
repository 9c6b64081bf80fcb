"""BigGAN-deep for pictures 32 x 32: bottleneck blocks, z and class seen by each, a projection discriminator.

Source: Brock, Donahue and Simonyan, Large Scale GAN Training for High Fidelity Natural Image Synthesis, arXiv
1809.11096, Appendix B: Figure 16 and Table 7 (128 x 128). At 32 x 32 three of its resolutions are left: two blocks
at each, so six in either network, and self-attention at 16 x 16.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import relu

from whorl.lab.generators.conditional_batch_norm import ConditionalBatchNorm
from whorl.lab.generators.gan import GanArchitecture, GanParts
from whorl.lab.generators.gan_objective import Hinge
from whorl.lab.generators.gan_settings import GanSettings
from whorl.lab.generators.projection import ProjectionHead, pooled
from whorl.lab.generators.recipe import Preset
from whorl.lab.generators.residual_blocks import BottleneckDown, BottleneckUp
from whorl.lab.generators.self_attention import SelfAttention
from whorl.lab.generators.spectral_norm import normalise_spectrally
from whorl.lab.generators.weight_draws import draw_orthogonal


class DeepGenerator(nn.Module):
    """A dense layer of [z, class], six blocks that see [z, class] too, norm, ReLU, 3 x 3, tanh.

    Args:
        settings: channels, lengths of z and of the class embedding, which all blocks share.
        image_size: S, a multiple of 8.
        classes: how many.
    """

    def __init__(self, settings: GanSettings, image_size: int, classes: int) -> None:
        super().__init__()
        channels, condition = settings.generator, settings.latent + settings.embedding
        self._shape = (channels[0], image_size // 8, image_size // 8)
        self.classes = nn.Embedding(classes, settings.embedding)
        self.dense = nn.Linear(condition, channels[0] * (image_size // 8) ** 2)
        self.blocks = nn.ModuleList()
        for n in range(3):
            self.blocks.append(BottleneckUp(channels[n], channels[n], condition, up=False))
            self.blocks.append(BottleneckUp(channels[n], channels[n + 1], condition, up=True))
        self.attention = SelfAttention(channels[2])
        self.norm = ConditionalBatchNorm(channels[3], 0)
        self.conv = nn.Conv2d(channels[3], 3, 3, padding=1)

    def forward(self, z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return pictures, float32 (B, 3, S, S) from -1 to 1, of z (B, latent) and labels int64 (B,)."""
        c = torch.cat([z, self.classes(labels)], dim=1)
        x = self.dense(c).unflatten(1, self._shape)
        for place, block in enumerate(self.blocks):
            x = block(x, c)
            x = self.attention(x) if place == 3 else x
        return torch.tanh(self.conv(relu(self.norm(x, c))))


class DeepDiscriminator(nn.Module):
    """The generator's mirror image: 3 x 3, six blocks, sums over all places, a score with the class projected.

    Args:
        settings: channels.
        classes: how many.
    """

    def __init__(self, settings: GanSettings, classes: int) -> None:
        super().__init__()
        channels = settings.discriminator
        layers: list[nn.Module] = [nn.Conv2d(3, channels[0], 3, padding=1)]
        for n in range(3):
            layers.append(BottleneckDown(channels[n], channels[n + 1], down=True))
            layers.append(BottleneckDown(channels[n + 1], channels[n + 1], down=False))
        layers.insert(3, SelfAttention(channels[1]))
        self.blocks = nn.Sequential(*layers)
        self.head = ProjectionHead(channels[-1], classes)

    def forward(self, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return scores, float32 (B,), of pictures (B, 3, S, S) and labels int64 (B,)."""
        scores: torch.Tensor = self.head(pooled(self.blocks(pictures)), labels)
        return scores


def _parts(settings: GanSettings, image_size: int, classes: int) -> GanParts:
    generator = DeepGenerator(settings, image_size, classes)
    discriminator = DeepDiscriminator(settings, classes)
    for network in (generator, discriminator):
        draw_orthogonal(network)
    # The shared class embedding stays as it is learned.
    normalise_spectrally(generator, nn.Conv2d, nn.Linear)
    normalise_spectrally(discriminator, nn.Conv2d, nn.Linear, nn.Embedding)
    return GanParts(generator, discriminator, Hinge())


def _settings(width: int, latent: int, *, generator_rate: float) -> dict[str, object]:
    return GanSettings(
        generator=(4 * width, 4 * width, 2 * width, width),
        discriminator=(width, 2 * width, 4 * width, 4 * width),
        latent=latent,
        embedding=latent,
        turns=2,
        betas=(0.0, 0.999),
        generator_rate=generator_rate,
    ).to_dict()


BIGGAN_DEEP = GanArchitecture(
    "biggan-deep",
    {
        "tiny": Preset(
            settings=_settings(8, 16, generator_rate=1.0),
            batch_size=32,
            learning_rate=1e-3,
            average=0.9,
            steps=30,
        ),
        "small": Preset(
            settings=_settings(32, 64, generator_rate=0.5),
            batch_size=64,
            learning_rate=4e-4,
            average=0.999,
            steps=2200,
        ),
        # Rates, turns, betas and averaging as for ImageNet at 128 x 128 (Appendix C); batches there are of 2,048.
        "paper": Preset(
            settings=_settings(128, 128, generator_rate=0.25),
            batch_size=512,
            learning_rate=2e-4,
            average=0.9999,
            steps=100_000,
        ),
    },
    settings=GanSettings,
    parts=_parts,
    conditional=True,
)
