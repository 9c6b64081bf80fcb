"""StyleGAN2's generator: z becomes a style w, and w a picture (arXiv 1912.04958, Figure 2c with skips)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from whorl.latent.stylegan2.layers import ScaledLinear, StyledConv, ToRGB, activated
from whorl.latent.stylegan2.settings import FIRST_SIDE, StyleGAN2Settings

_MAPPING_RATE = 0.01
_EPSILON = 1e-8


class Mapping(nn.Module):
    """z, brought to mean square 1, and dense layers.

    Args:
        settings: lengths and number of layers.
    """

    def __init__(self, settings: StyleGAN2Settings) -> None:
        super().__init__()
        widths = (settings.latent, *[settings.style] * settings.mapping)
        self.layers = nn.ModuleList(
            ScaledLinear(widths[n], widths[n + 1], rate=_MAPPING_RATE) for n in range(settings.mapping)
        )

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Return styles (B, style) of (B, latent)."""
        x = z * (z.square().mean(dim=1, keepdim=True) + _EPSILON).rsqrt()
        for layer in self.layers:
            x = activated(layer(x))
        return x


class Synthesis(nn.Module):
    """A learned constant, two styled convolutions at each side (one at the first), and colours at each.

    Args:
        settings: channels and length of w.
    """

    def __init__(self, settings: StyleGAN2Settings) -> None:
        super().__init__()
        channels, style, sides = settings.channels, settings.style, settings.sides
        self.constant = nn.Parameter(torch.randn(channels[0], FIRST_SIDE, FIRST_SIDE))
        convs, colours = [StyledConv(channels[0], channels[0], style, sides[0])], [ToRGB(channels[0], style)]
        for level in range(1, len(channels)):
            below, here, side = channels[level - 1], channels[level], sides[level]
            convs += [StyledConv(below, here, style, side, up=True), StyledConv(here, here, style, side)]
            colours.append(ToRGB(here, style))
        self.convs, self.colours = nn.ModuleList(convs), nn.ModuleList(colours)
        self.noise_sides = tuple(conv.noise.shape[0] for conv in convs)

    @property
    def styles(self) -> int:
        """How many styles a picture has where each layer may have its own: one per convolution and one more."""
        return len(self.convs) + 1

    def forward(self, w: torch.Tensor, noise: Sequence[torch.Tensor] | None = None) -> torch.Tensor:
        """Return pictures (B, 3, S, S), from -1 to 1 but for overshoot.

        Args:
            w: (B, style), the same style for every layer, or (B, `styles`, style).
            noise: a map (B, 1, H, W) for each convolution; None for the layers' own.
        """
        each = w if w.ndim == 3 else w[:, None].expand(-1, self.styles, -1)
        maps = [None] * len(self.convs) if noise is None else noise
        x = self.constant.expand(len(w), -1, -1, -1)
        x = self.convs[0](x, each[:, 0], maps[0])
        picture: torch.Tensor = self.colours[0](x, each[:, 1])
        for level in range(1, len(self.colours)):
            first = 2 * level - 1
            x = self.convs[first](x, each[:, first], maps[first])
            x = self.convs[first + 1](x, each[:, first + 1], maps[first + 1])
            picture = self.colours[level](x, each[:, first + 2], picture)
        return picture


class StyleGAN2Network(nn.Module):
    """Mapping and synthesis.

    Args:
        settings: of both.
    """

    def __init__(self, settings: StyleGAN2Settings) -> None:
        super().__init__()
        self.mapping, self.synthesis = Mapping(settings), Synthesis(settings)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Return pictures (B, 3, S, S) of z (B, latent), with the layers' own noise."""
        pictures: torch.Tensor = self.synthesis(self.mapping(z))
        return pictures
