"""StyleGAN2's discriminator: residual blocks that halve the side, and how much pictures of a batch differ.

Source: Karras et al., arXiv 1912.04958, Figure 7 (residual nets); the standard deviation over a batch is that of
arXiv 1710.10196, section 3.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from whorl.latent.stylegan2.layers import ScaledConv, ScaledLinear, activated
from whorl.latent.stylegan2.settings import FIRST_SIDE

_GROUP = 4
_EPSILON = 1e-8


class DownBlock(nn.Module):
    """Two convolutions, the second to half the side, and a shortcut.

    Args:
        inputs: channels.
        outputs: channels.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first, self.second = ScaledConv(inputs, inputs, 3), ScaledConv(inputs, outputs, 3, down=True)
        self.shortcut = ScaledConv(inputs, outputs, 1, down=True, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, outputs, H/2, W/2)."""
        long: torch.Tensor = activated(self.second(activated(self.first(x))))
        short: torch.Tensor = self.shortcut(x)
        return (long + short) / math.sqrt(2)


class StyleGAN2Discriminator(nn.Module):
    """Colours, blocks down to 4 x 4, the spread over groups of four pictures, and two dense layers.

    Args:
        channels: at sides 4, 8, ..., as the generator's.
    """

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        widths = channels[::-1]
        self.colours = ScaledConv(3, widths[0], 1)
        self.blocks = nn.Sequential(*(DownBlock(widths[n], widths[n + 1]) for n in range(len(widths) - 1)))
        self.last = ScaledConv(widths[-1] + 1, widths[-1], 3)
        self.dense = ScaledLinear(widths[-1] * FIRST_SIDE**2, widths[-1])
        self.score = ScaledLinear(widths[-1], 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Return scores, float32 (B,)."""
        x = self.blocks(activated(self.colours(pictures)))
        x = activated(self.last(torch.cat([x, _spread(x)], dim=1)))
        scores: torch.Tensor = self.score(activated(self.dense(x.flatten(1))))[:, 0]
        return scores


def _spread(x: torch.Tensor) -> torch.Tensor:
    """Return a channel (B, 1, H, W): the mean standard deviation over up to four pictures of the batch."""
    count = len(x)
    group = next(size for size in range(min(_GROUP, count), 0, -1) if count % size == 0)
    grouped = x.reshape(group, count // group, *x.shape[1:])
    spread = (grouped.var(dim=0, unbiased=False) + _EPSILON).sqrt().mean(dim=(1, 2, 3))
    return spread.repeat(group)[:, None, None, None].expand(-1, 1, *x.shape[2:])
