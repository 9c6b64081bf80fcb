"""Patches in another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whorl.alterations.contract import Level
from whorl.alterations.strength import check_strength
from whorl.errors import WhorlError
from whorl.images.contract import Picture


@dataclass(frozen=True)
class PatchShuffle:
    """Cut into a grid of equal patches that change places; strength: patches along each side.

    Every pixel is kept, so colours and fine texture stay and the arrangement goes. The order is drawn from all
    but the one there was. Where the grid does not divide a side, the pixels left over, half of them at either
    end, stay where they are: of 32 x 32 pixels in 5 x 5 patches of 6 x 6, a border one pixel wide. A side shorter
    than the grid is cut into single pixels. Published: 4 x 4 patches (arXiv 2407.21159, section 4.1: 16 squares).

    >>> picture = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    >>> shuffled = PatchShuffle().apply(picture, 2, np.random.default_rng(0))
    >>> sorted(shuffled.ravel().tolist()) == picture.ravel().tolist()
    True
    """

    name: str = "patch shuffle"
    level: Level = "high"
    unit: str = "patches a side"
    neutral: float = 1.0
    strengths: tuple[float, ...] = (2.0, 4.0, 8.0)
    published: float | None = 4.0

    def apply(self, picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
        """See `Alteration`."""
        check_strength(self, strength, least=1.0)
        if strength != int(strength):
            raise WhorlError(f"{self.name}: {self.unit} are a whole number; got {strength:g}.")
        height, width = picture.shape[:2]
        rows, columns = min(int(strength), height), min(int(strength), width)
        high, wide = height // rows, width // columns
        top, left = (height - rows * high) // 2, (width - columns * wide) // 2
        shuffled = picture.copy()
        inner = shuffled[top : top + rows * high, left : left + columns * wide]
        patches = inner.reshape(rows, high, columns, wide, 3).swapaxes(1, 2).reshape(-1, high, wide, 3)
        patches = patches[_another_order(len(patches), rng)]
        inner[:] = patches.reshape(rows, columns, high, wide, 3).swapaxes(1, 2).reshape(inner.shape)
        return shuffled


def _another_order(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    order = np.arange(count)
    while count > 1 and (order == np.arange(count)).all():
        order = rng.permutation(count)
    return order
