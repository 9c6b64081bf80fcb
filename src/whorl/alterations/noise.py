"""Gaussian noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whorl.alterations.contract import Level
from whorl.alterations.strength import check_strength
from whorl.images.contract import Picture


@dataclass(frozen=True)
class Noise:
    """Independent Gaussian noise on every number of a picture; strength: its standard deviation, in 255ths.

    Rounded, and clipped to 0 .. 255, so that near black and white less of it arrives.

    >>> grey = np.full((64, 64, 3), 128, np.uint8)
    >>> noisy = Noise().apply(grey, 10.0, np.random.default_rng(0))
    >>> round(float(noisy.std()), 1)
    10.0
    """

    name: str = "noise"
    level: Level = "low"
    unit: str = "grey levels of 255"
    neutral: float = 0.0
    strengths: tuple[float, ...] = (8.0, 16.0, 32.0)
    published: float | None = None

    def apply(self, picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
        """See `Alteration`."""
        check_strength(self, strength, least=0.0)
        noisy = picture + strength * rng.standard_normal(picture.shape)
        return np.rint(noisy).clip(0, 255).astype(np.uint8)
