"""The plain convolutional network of the baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_CHANNELS = (32, 64, 128)
_HIDDEN = 128


def make_cnn(size: int, classes: int) -> torch.nn.Module:
    """Return three convolutions, each followed by ReLU and halving, and two dense layers.

    Args:
        size: S, side of the pictures, at least 8.
        classes: K.

    Returns:
        A network from float32 (B, 3, S, S) to logits (B, K).

    Source: "3 Conv layers, 2 FC layers", arXiv 2407.21159, Table 3. It gives no widths: 3 x 3 convolutions to 32,
        64 and 128 channels and 128 hidden units are our choice.
    """
    from torch import nn

    layers: list[nn.Module] = []
    for before, after in zip((3, *_CHANNELS), _CHANNELS, strict=False):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    inputs = _CHANNELS[-1] * (size // 8) ** 2
    dense = [nn.Flatten(), nn.Linear(inputs, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, classes)]
    return nn.Sequential(*layers, *dense)
