"""Rotation about the centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whorl.alterations.contract import Level
from whorl.alterations.strength import check_strength
from whorl.images.contract import Picture


@dataclass(frozen=True)
class Rotation:
    """Turned about its centre, one way or the other by chance; strength: the angle in degrees, 0 to 180.

    Bilinear; what comes in at the corners is the picture mirrored at its edges, so that no black wedge is what
    an encoder sees. Nothing is published of it: arXiv 2407.21159 (section 4.1) draws the angle uniformly from -30
    to 30, which is `RandomRotation`; here the angle is given, so that the strength is known.

    >>> row = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    >>> turned = Rotation().apply(row, 180.0, np.random.default_rng(0))
    >>> bool((turned == row[::-1, ::-1]).all())
    True
    """

    name: str = "rotation"
    level: Level = "high"
    unit: str = "degrees"
    neutral: float = 0.0
    strengths: tuple[float, ...] = (10.0, 20.0, 30.0)
    published: float | None = None

    def apply(self, picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
        """See `Alteration`."""
        check_strength(self, strength, least=0.0, most=180.0)
        return _turned(picture, strength if rng.random() < 0.5 else -strength)


@dataclass(frozen=True)
class RandomRotation:
    """Turned about its centre by a random angle; strength: the largest angle in degrees, 0 to 180.

    The angle is uniform from -strength to strength, drawn for each picture: at 30 the rotated data set of
    arXiv 2407.21159 (section 4.1). Filter and corners are those of `Rotation`.

    >>> row = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    >>> bool((RandomRotation().apply(row, 0.0, np.random.default_rng(0)) == row).all())
    True
    """

    name: str = "rotation up to"
    level: Level = "high"
    unit: str = "degrees"
    neutral: float = 0.0
    strengths: tuple[float, ...] = (10.0, 20.0, 30.0)
    published: float | None = 30.0

    def apply(self, picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
        """See `Alteration`."""
        check_strength(self, strength, least=0.0, most=180.0)
        return _turned(picture, strength * rng.uniform(-1.0, 1.0))


def _turned(picture: Picture, angle: float) -> Picture:
    """Turn a picture counter-clockwise by so many degrees."""
    from scipy import ndimage

    turned = ndimage.rotate(picture.astype(np.float64), angle, reshape=False, order=1, mode="reflect")
    altered: Picture = np.rint(turned).clip(0, 255).astype(np.uint8)
    return altered
