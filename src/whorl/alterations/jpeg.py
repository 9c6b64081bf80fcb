"""Compression by JPEG, as pictures meet it on their way."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from whorl.alterations.contract import Level
from whorl.alterations.strength import check_strength
from whorl.images.contract import Picture

_BEST = 100


@dataclass(frozen=True)
class JPEG:
    """Encoded as JPEG and decoded, by Pillow with its own settings; strength: 100 less the quality.

    25 is quality 75. At 0 the picture stays as it is, and is not encoded at all.

    >>> picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    >>> weak, strong = (JPEG().apply(picture, each, np.random.default_rng()) for each in (5.0, 50.0))
    >>> bool(np.abs(weak - picture.astype(float)).mean() < np.abs(strong - picture.astype(float)).mean())
    True
    """

    name: str = "jpeg"
    level: Level = "low"
    unit: str = "JPEG quality below 100"
    neutral: float = 0.0
    strengths: tuple[float, ...] = (10.0, 25.0, 50.0)
    published: float | None = None

    def apply(self, picture: Picture, strength: float, rng: np.random.Generator) -> Picture:  # noqa: ARG002
        """See `Alteration`; fractions of a quality are rounded."""
        check_strength(self, strength, least=0.0, most=_BEST - 1)
        if strength == 0:
            return picture.copy()
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=round(_BEST - strength))
        return np.array(Image.open(file).convert("RGB"))
