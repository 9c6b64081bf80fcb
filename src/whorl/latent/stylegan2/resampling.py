"""Twice and half the side, smoothed with the filter 1, 3, 3, 1 as StyleGAN2 does."""

from __future__ import annotations

import torch
from torch.nn.functional import conv2d, conv_transpose2d

TAPS = 4


def smoothing(gain: float = 1.0) -> torch.Tensor:
    """Return the filter in two dimensions, float32 (4, 4), whose sum is the gain.

    >>> float(smoothing().sum())
    1.0
    """
    line = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return torch.outer(line, line) * (gain / 64)


def smoothed(x: torch.Tensor, taps: torch.Tensor, *, padding: int) -> torch.Tensor:
    """Return each channel of (B, C, H, W) filtered, with zeros around it."""
    channels = x.shape[1]
    return conv2d(x, taps.to(x).expand(channels, 1, TAPS, TAPS), padding=padding, groups=channels)


def doubled(x: torch.Tensor, taps: torch.Tensor) -> torch.Tensor:
    """Return (B, C, 2H, 2W), zeros between the pixels filtered away; the filter's sum is 4.

    >>> doubled(torch.ones(1, 1, 4, 4), smoothing(4.0))[0, 0, 3, 3]
    tensor(1.)
    """
    channels = x.shape[1]
    spread = taps.to(x).expand(channels, 1, TAPS, TAPS)
    return conv_transpose2d(x, spread, stride=2, padding=1, groups=channels)
