"""ContraGAN: a discriminator that also draws pictures of a class together (2C loss), and a generator that helps.

Source: Kang and Park, ContraGAN: Contrastive Learning for Conditional Image Generation, arXiv 2006.12681, Figure
2c and algorithm 1, on residual networks as in BigGAN (arXiv 1809.11096, Appendix B).

The 2C loss binds a picture to its fellows more than to its class, so the generator may swap classes: its pictures
serve as a set, not as examples of their labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.functional import relu

from whorl.errors import WhorlError
from whorl.lab.generators.conditional_batch_norm import ConditionalBatchNorm
from whorl.lab.generators.contrastive_loss import conditional_contrastive_loss
from whorl.lab.generators.gan import GanArchitecture, GanParts
from whorl.lab.generators.gan_objective import Shown, both
from whorl.lab.generators.gan_settings import LEVELS, GanSettings
from whorl.lab.generators.hinge_loss import discriminator_hinge, generator_hinge
from whorl.lab.generators.projection import pooled
from whorl.lab.generators.recipe import Preset
from whorl.lab.generators.residual_blocks import DownBlock, UpBlock
from whorl.lab.generators.self_attention import SelfAttention
from whorl.lab.generators.spectral_norm import normalise_spectrally
from whorl.lab.generators.weight_draws import draw_orthogonal


@dataclass(frozen=True, kw_only=True)
class ContraSettings(GanSettings):
    """Those of a GAN, and of the 2C loss.

    Attributes:
        projection: length d of the embeddings of pictures and classes.
        temperature: t.
        contrast: lambda, the weight of the 2C loss beside the hinge loss.

    Raises:
        WhorlError: values that no network can have.
    """

    projection: int
    temperature: float = 1.0
    contrast: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.latent % LEVELS:
            raise WhorlError(
                f"latent is shared among {LEVELS} layers and must be a multiple; got {self.latent}."
            )
        if self.projection < 1 or not self.temperature > 0 or not self.contrast >= 0:
            raise WhorlError(
                "projection and temperature must be above 0, contrast at least 0; got "
                f"{self.projection}, {self.temperature} and {self.contrast}."
            )


class ContraGenerator(nn.Module):
    """A dense layer of the first quarter of z; three blocks up that see the class and a quarter each.

    Args:
        settings: channels, lengths of z and of the class embedding, which all blocks share.
        image_size: S, a multiple of 8.
        classes: how many.
    """

    def __init__(self, settings: ContraSettings, image_size: int, classes: int) -> None:
        super().__init__()
        channels, part = settings.generator, settings.latent // LEVELS
        self._shape = (channels[0], image_size // 8, image_size // 8)
        self.classes = nn.Embedding(classes, settings.embedding)
        self.dense = nn.Linear(part, channels[0] * (image_size // 8) ** 2)
        condition = part + settings.embedding
        self.blocks = nn.ModuleList(UpBlock(channels[n], channels[n + 1], condition) for n in range(3))
        self.attention = SelfAttention(channels[2])
        self.norm = ConditionalBatchNorm(channels[3], 0)
        self.conv = nn.Conv2d(channels[3], 3, 3, padding=1)

    def forward(self, z: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return pictures, float32 (B, 3, S, S) from -1 to 1, of z (B, latent) and labels int64 (B,)."""
        first, *rest = z.chunk(LEVELS, dim=1)
        y = self.classes(labels)
        x = self.dense(first).unflatten(1, self._shape)
        for place, (block, part) in enumerate(zip(self.blocks, rest, strict=True)):
            x = block(x, torch.cat([part, y], dim=1))
            x = self.attention(x) if place == 1 else x
        return torch.tanh(self.conv(relu(self.norm(x, y))))


class Judged(NamedTuple):
    """What the discriminator says of pictures.

    Attributes:
        scores: (B,).
        embeddings: l(x), (B, d).
        classes: e(y), (B, d).
    """

    scores: torch.Tensor
    embeddings: torch.Tensor
    classes: torch.Tensor


class ContraDiscriminator(nn.Module):
    """Four residual blocks, the first two down, ReLU, sums over all places; a score and an embedding of these.

    Args:
        settings: channels, length of the embeddings.
        classes: how many.
    """

    def __init__(self, settings: ContraSettings, classes: int) -> None:
        super().__init__()
        channels = (3, *settings.discriminator)
        blocks: list[nn.Module] = [
            DownBlock(channels[n], channels[n + 1], down=n < 2, first=n == 0) for n in range(4)
        ]
        blocks.insert(1, SelfAttention(channels[1]))
        self.blocks = nn.Sequential(*blocks)
        self.score = nn.Linear(channels[-1], 1)
        self.projection = nn.Linear(channels[-1], settings.projection)
        self.classes = nn.Embedding(classes, settings.projection)

    def forward(self, pictures: torch.Tensor, labels: torch.Tensor) -> Judged:
        """Return scores and embeddings of pictures (B, 3, S, S) and labels int64 (B,)."""
        h = pooled(self.blocks(pictures))
        return Judged(self.score(h)[:, 0], self.projection(h), self.classes(labels))


@dataclass(frozen=True)
class HingeAndContrast:
    """The hinge loss plus lambda times the 2C loss: of real pictures for the discriminator, else of drawn ones.

    Attributes:
        temperature: t.
        contrast: lambda.
    """

    temperature: float
    contrast: float

    def discriminator(self, network: nn.Module, real: Shown, fake: Shown) -> torch.Tensor:
        """See `whorl.lab.generators.gan_objective.GanObjective`."""
        seen = network(both(real.pictures, fake.pictures), both(real.labels, fake.labels))
        n = len(real.labels)
        judged = Judged(*(part[:n] for part in seen))
        return discriminator_hinge(judged.scores, seen.scores[n:]) + self._contrast(judged, real.labels)

    def generator(self, network: nn.Module, fake: Shown) -> torch.Tensor:
        """See `whorl.lab.generators.gan_objective.GanObjective`."""
        judged = network(fake.pictures, fake.labels)
        return generator_hinge(judged.scores) + self._contrast(judged, fake.labels)

    def _contrast(self, judged: Judged, labels: torch.Tensor) -> torch.Tensor:
        return self.contrast * conditional_contrastive_loss(
            judged.embeddings, judged.classes, labels, temperature=self.temperature
        )


def _parts(settings: ContraSettings, image_size: int, classes: int) -> GanParts:
    generator = ContraGenerator(settings, image_size, classes)
    discriminator = ContraDiscriminator(settings, classes)
    for network in (generator, discriminator):
        draw_orthogonal(network)
    # The shared class embedding stays as it is learned.
    normalise_spectrally(generator, nn.Conv2d, nn.Linear)
    normalise_spectrally(discriminator, nn.Conv2d, nn.Linear, nn.Embedding)
    return GanParts(generator, discriminator, HingeAndContrast(settings.temperature, settings.contrast))


def _settings(
    generator: int, discriminator: int, latent: int, *, embedding: int, projection: int, turns: int
) -> dict[str, object]:
    return ContraSettings(
        generator=(generator,) * 4,
        discriminator=(discriminator,) * 4,
        latent=latent,
        embedding=embedding,
        projection=projection,
        turns=turns,
        betas=(0.5, 0.999),
    ).to_dict()


CONTRAGAN = GanArchitecture(
    "contragan",
    {
        "tiny": Preset(
            settings=_settings(16, 16, 16, embedding=16, projection=16, turns=2),
            batch_size=32,
            learning_rate=1e-3,
            average=0.9,
            steps=30,
        ),
        "small": Preset(
            settings=_settings(48, 48, 80, embedding=64, projection=128, turns=2),
            batch_size=64,
            learning_rate=2e-4,
            average=0.999,
            steps=1900,
        ),
        # The authors' settings for CIFAR-10, 64 pictures for each of five turns; t is 1 throughout, where
        # theirs falls from 2 to 1 half-way.
        "paper": Preset(
            settings=_settings(384, 192, 80, embedding=128, projection=512, turns=5),
            batch_size=320,
            learning_rate=2e-4,
            average=0.9999,
            steps=100_000,
        ),
    },
    settings=ContraSettings,
    parts=_parts,
    conditional=True,
)
