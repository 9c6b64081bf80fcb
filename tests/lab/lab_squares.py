"""Pictures whose subject is known pixel by pixel: a coloured square on noise."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Squares:
    """uint8 (N, size, size, 3), the squares' colours 0, 1, 2, and where they are, bool (N, size, size)."""

    pixels: Any
    labels: Any
    masks: Any


def squares(count, *, seed, size, side):
    """Draw red, green and blue squares of one size anywhere on uniform noise."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (count, size, size, 3))
    masks = np.zeros((count, size, size), bool)
    labels = np.arange(count) % 3
    for picture, mask, label in zip(pixels, masks, labels, strict=True):
        top, left = rng.integers(0, size - side + 1, 2)
        mask[top : top + side, left : left + side] = True
        picture[mask] = 25 + 200 * np.eye(3, dtype=np.int64)[label]
    return Squares(pixels.astype(np.uint8), labels, masks)
