"""The residual blocks of the GANs: plain ones, and the bottlenecks of BigGAN-deep.

Sources: Miyato et al., arXiv 1802.05957, Figure 8 and Table 4; Brock et al., arXiv 1809.11096, Figures 15 and 16.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import avg_pool2d, interpolate, relu

from whorl.lab.generators.conditional_batch_norm import ConditionalBatchNorm


def doubled(x: torch.Tensor) -> torch.Tensor:
    """Return (B, C, H, W) as (B, C, 2H, 2W), each value four times."""
    return interpolate(x, scale_factor=2.0, mode="nearest")


def halved(x: torch.Tensor) -> torch.Tensor:
    """Return (B, C, H, W) as (B, C, H/2, W/2), means of four values."""
    return avg_pool2d(x, 2)


class UpBlock(nn.Module):
    """A block of a generator: norm, ReLU, doubled, 3 x 3, norm, ReLU, 3 x 3; plus a doubled 1 x 1.

    Args:
        channels: in.
        out: channels out.
        condition: length of the condition; 0 without.
    """

    def __init__(self, channels: int, out: int, condition: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = (
            ConditionalBatchNorm(channels, condition),
            ConditionalBatchNorm(out, condition),
        )
        self.conv1, self.conv2 = nn.Conv2d(channels, out, 3, padding=1), nn.Conv2d(out, out, 3, padding=1)
        self.skip = nn.Conv2d(channels, out, 1)

    def forward(self, x: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        """Return float32 (B, out, 2H, 2W) of features and conditions."""
        h = self.conv1(doubled(relu(self.norm1(x, c))))
        h = self.conv2(relu(self.norm2(h, c)))
        # A 1 x 1 convolution before doubling equals one after it, at a quarter of the price.
        added: torch.Tensor = h + doubled(self.skip(x))
        return added


class DownBlock(nn.Module):
    """A block of a discriminator: ReLU, 3 x 3, ReLU, 3 x 3, halved; plus a halved 1 x 1.

    Args:
        channels: in.
        out: channels out.
        down: whether the side is halved; where it is not and the channels stay, nothing is done beside the block.
        first: sees pictures, so that there is no ReLU before it.
    """

    def __init__(self, channels: int, out: int, *, down: bool, first: bool = False) -> None:
        super().__init__()
        self._down, self._first = down, first
        self.conv1, self.conv2 = nn.Conv2d(channels, out, 3, padding=1), nn.Conv2d(out, out, 3, padding=1)
        self.skip = nn.Conv2d(channels, out, 1) if down or channels != out else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return float32 (B, out, H/2, W/2), or (B, out, H, W)."""
        h = self.conv2(relu(self.conv1(x if self._first else relu(x))))
        if not self._down:
            return h + self.skip(x)  # type: ignore[no-any-return]
        added: torch.Tensor = halved(h) + self.skip(halved(x))
        return added


class BottleneckUp(nn.Module):
    """A block of BigGAN-deep's generator (Figure 16b): 1 x 1, two 3 x 3, 1 x 1, with a quarter of the channels.

    Beside it nothing is convolved: where there are fewer channels out than in, the last ones are dropped.

    Args:
        channels: in, a multiple of 4.
        out: channels out, at most as many.
        condition: length of the condition.
        up: whether the side is doubled.
    """

    def __init__(self, channels: int, out: int, condition: int, *, up: bool) -> None:
        super().__init__()
        inner = channels // 4
        self._out, self._up = out, up
        self.norms = nn.ModuleList(
            ConditionalBatchNorm(n, condition) for n in (channels, inner, inner, inner)
        )
        self.convs = nn.ModuleList(
            [
                nn.Conv2d(channels, inner, 1),
                nn.Conv2d(inner, inner, 3, padding=1),
                nn.Conv2d(inner, inner, 3, padding=1),
                nn.Conv2d(inner, out, 1),
            ]
        )

    def forward(self, x: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        """Return float32 (B, out, 2H, 2W), or (B, out, H, W), of features and conditions."""
        h, kept = x, x[:, : self._out]
        for place, (norm, conv) in enumerate(zip(self.norms, self.convs, strict=True)):
            h = relu(norm(h, c))
            h = conv(doubled(h) if self._up and place == 1 else h)
        return h + (doubled(kept) if self._up else kept)


class BottleneckDown(nn.Module):
    """A block of BigGAN-deep's discriminator (Figure 16c): 1 x 1, two 3 x 3, 1 x 1, a quarter of the channels.

    Beside it the channels go on as they are; where there are more out than in, a 1 x 1 convolution adds the rest.

    Args:
        channels: in.
        out: channels out, a multiple of 4, at least as many.
        down: whether the side is halved.
    """

    def __init__(self, channels: int, out: int, *, down: bool) -> None:
        super().__init__()
        inner = out // 4
        self._down = down
        self.convs = nn.ModuleList(
            [
                nn.Conv2d(channels, inner, 1),
                nn.Conv2d(inner, inner, 3, padding=1),
                nn.Conv2d(inner, inner, 3, padding=1),
                nn.Conv2d(inner, out, 1),
            ]
        )
        self.more = nn.Conv2d(channels, out - channels, 1) if out > channels else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return float32 (B, out, H/2, W/2), or (B, out, H, W)."""
        h, beside = x, halved(x) if self._down else x
        for place, conv in enumerate(self.convs):
            h = relu(h)
            h = conv(halved(h) if self._down and place == len(self.convs) - 1 else h)
        return h + (beside if self.more is None else torch.cat([beside, self.more(beside)], dim=1))
