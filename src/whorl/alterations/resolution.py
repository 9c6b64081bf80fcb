"""A lower resolution: made smaller and enlarged again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from whorl.alterations.contract import Level
from whorl.alterations.strength import check_strength
from whorl.images.contract import Picture


@dataclass(frozen=True)
class Resolution:
    """Made smaller by a factor and enlarged to its size again; strength: the factor, at least 1.

    Each pixel of the small picture is the mean of those it covers; it is enlarged bilinearly. Published:
    32 -> 8 -> 32 pixels, a factor of 4 (arXiv 2407.21159, section 4.1; the filters are not told there).

    >>> stripes = np.zeros((8, 8, 3), np.uint8)
    >>> stripes[:, ::2] = 200
    >>> Resolution().apply(stripes, 2.0, np.random.default_rng(0))[0, :, 0].tolist()
    [100, 100, 100, 100, 100, 100, 100, 100]
    """

    name: str = "resolution"
    level: Level = "low"
    unit: str = "times smaller"
    neutral: float = 1.0
    strengths: tuple[float, ...] = (2.0, 4.0, 8.0)
    published: float | None = 4.0

    def apply(self, picture: Picture, strength: float, rng: np.random.Generator) -> Picture:  # noqa: ARG002
        """See `Alteration`; nothing is left to chance."""
        check_strength(self, strength, least=1.0)
        height, width = picture.shape[:2]
        small = tuple(max(1, round(side / strength)) for side in (width, height))
        if small == (width, height):
            return picture.copy()
        reduced = Image.fromarray(picture).resize(small, Image.Resampling.BOX)
        return np.array(reduced.resize((width, height), Image.Resampling.BILINEAR))
