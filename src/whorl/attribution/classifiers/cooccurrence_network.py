"""The network on co-occurrence matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

WIDTHS = (16, 32, 64)
_HIDDEN = 128
_HALVINGS = 8


def cooccurrence_network(shape: tuple[int, ...], classes: int) -> torch.nn.Module:
    """Return three pairs of a 3 x 3 and a 5 x 5 convolution, each pair followed by halving, and dense layers.

    Args:
        shape: (C, B, B), B a multiple of 8.
        classes: K.

    Returns:
        A network from float32 (N, C, B, B) to logits (N, K).

    After arXiv 1903.06836, whose pairs have 32, 64 and 128 channels on 256 x 256 matrices. Half of that, and batch
    normalisation after each convolution, without which it often stays at chance on few pictures, are ours.
    """
    from torch import nn

    layers: list[nn.Module] = []
    before = shape[0]
    for width in WIDTHS:
        for side in (3, 5):
            layers += [
                nn.Conv2d(before, width, side, padding=side // 2, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            before = width
        layers.append(nn.MaxPool2d(2))
    inputs = WIDTHS[-1] * (shape[1] // _HALVINGS) * (shape[2] // _HALVINGS)
    dense = [nn.Flatten(), nn.Linear(inputs, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, classes)]
    return nn.Sequential(*layers, *dense)
