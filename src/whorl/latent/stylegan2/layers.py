"""Layers of StyleGAN2: scaled at run time so that all weights learn at one rate, and modulated by a style.

Source: Karras et al., Analyzing and Improving the Image Quality of StyleGAN, arXiv 1912.04958, section 2.2 and
Appendix B; the scaling at run time is that of arXiv 1710.10196, section 4.1.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.functional import conv2d, conv_transpose2d, leaky_relu, linear

from whorl.latent.stylegan2.resampling import doubled, smoothed, smoothing

_EPSILON = 1e-8


def activated(x: torch.Tensor) -> torch.Tensor:
    """Return leaky ReLU with slope 0.2, times the square root of 2, which keeps the variance."""
    return leaky_relu(x, 0.2) * math.sqrt(2)


class ScaledLinear(nn.Module):
    """A dense layer whose weights have variance 1 and are scaled at run time.

    Args:
        inputs: length of a row.
        outputs: length of what becomes of it.
        bias: what the biases begin at.
        rate: learning rate of the layer as a share of the optimiser's.
    """

    def __init__(self, inputs: int, outputs: int, *, bias: float = 0.0, rate: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias))
        self._gain, self._rate = rate / math.sqrt(inputs), rate

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, outputs) of (B, inputs)."""
        return linear(x, self.weight * self._gain, self.bias * self._rate)


class ScaledConv(nn.Module):
    """A convolution whose weights have variance 1 and are scaled at run time; halves the side where told to.

    Args:
        inputs: channels.
        outputs: channels.
        size: side of the kernel.
        down: filter and take every other pixel.
        bias: whether to add one.
    """

    def __init__(
        self, inputs: int, outputs: int, size: int, *, down: bool = False, bias: bool = True
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.taps: torch.Tensor
        self.register_buffer("taps", smoothing(), persistent=False)
        self._gain, self._size, self._down = 1 / math.sqrt(inputs * size**2), size, down

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, outputs, H, W) or, going down, half the sides."""
        weight = self.weight * self._gain
        if not self._down:
            return conv2d(x, weight, self.bias, padding=self._size // 2)
        around = smoothed(x, self.taps, padding=(self._size + 1) // 2)
        return conv2d(around, weight, self.bias, stride=2)


class ModulatedConv(nn.Module):
    """A convolution whose input channels are scaled by a style, and whose output channels back to variance 1.

    Scaling features before and after equals scaling the weights of each picture (equations 1 and 3) and needs one
    convolution for the whole batch, which also lets directional derivatives through.

    Args:
        inputs: channels.
        outputs: channels.
        size: side of the kernel.
        style: length of w.
        up: double the side.
        demodulate: whether to scale back.
    """

    def __init__(
        self, inputs: int, outputs: int, size: int, style: int, *, up: bool = False, demodulate: bool = True
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.affine = ScaledLinear(style, inputs, bias=1.0)
        self.taps: torch.Tensor
        self.register_buffer("taps", smoothing(4.0), persistent=False)
        self._gain, self._size = 1 / math.sqrt(inputs * size**2), size
        self._up, self._demodulate = up, demodulate

    def forward(self, x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        """Return (B, outputs, H, W) or, going up, twice the sides, of features and styles (B, style)."""
        styles, weight = self.affine(w), self.weight * self._gain
        x = x * styles[:, :, None, None]
        if self._up:
            x = conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        else:
            x = conv2d(x, weight, padding=self._size // 2)
        if self._demodulate:
            power = linear(styles.square(), weight.square().sum(dim=(2, 3)))
            x = x * (power + _EPSILON).rsqrt()[:, :, None, None]
        return smoothed(x, self.taps, padding=1) if self._up else x


class StyledConv(nn.Module):
    """A modulated convolution, noise of a learned strength, bias and activation.

    Args:
        inputs: channels.
        outputs: channels.
        style: length of w.
        side: of what comes out.
        up: double the side.
    """

    def __init__(self, inputs: int, outputs: int, style: int, side: int, *, up: bool = False) -> None:
        super().__init__()
        self.conv = ModulatedConv(inputs, outputs, 3, style, up=up)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.strength = nn.Parameter(torch.zeros(()))
        self.noise: torch.Tensor
        self.register_buffer("noise", torch.randn(side, side))

    def forward(self, x: torch.Tensor, w: torch.Tensor, noise: torch.Tensor | None = None) -> torch.Tensor:
        """Return features; without `noise` (B, 1, H, W) the layer's own map, the same for every picture."""
        added = self.noise if noise is None else noise
        return activated(self.conv(x, w) + self.strength * added + self.bias[:, None, None])


class ToRGB(nn.Module):
    """Colours of features, added to those of the level below at twice its side.

    Args:
        inputs: channels.
        style: length of w.
    """

    def __init__(self, inputs: int, style: int) -> None:
        super().__init__()
        self.conv = ModulatedConv(inputs, 3, 1, style, demodulate=False)
        self.bias = nn.Parameter(torch.zeros(3))
        self.taps: torch.Tensor
        self.register_buffer("taps", smoothing(4.0), persistent=False)

    def forward(self, x: torch.Tensor, w: torch.Tensor, below: torch.Tensor | None = None) -> torch.Tensor:
        """Return colours (B, 3, H, W)."""
        colours: torch.Tensor = self.conv(x, w) + self.bias[:, None, None]
        return colours if below is None else colours + doubled(below, self.taps)
