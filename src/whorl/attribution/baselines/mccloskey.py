"""How a picture uses the ends of its scale, and its colours: McCloskey and Albright."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.attribution.features import FeatureTable
from whorl.attribution.pictures import measured
from whorl.embeddings import EncodeOptions
from whorl.images.contract import ImageSource, Picture

DARK = (0, 2, 5, 10, 20, 40)
"""A pixel is under-exposed where a channel is not above; over-exposed where it is not below 255 minus this."""


@dataclass(frozen=True)
class ColourCues:
    """Exposure and chromaticity: float32 (N, 41); see `FeatureMap`.

    For red, green and blue in turn: the shares of pixels <= t for t in `DARK`, then >= 255 - t (36 numbers). Then
    of the chromaticities r = R / (R + G + B) and g = G / (R + G + B): their means, standard deviations, and
    covariance. Black has r = g = 1/3, as grey has; so a grey picture has standard deviations 0, not NaN.

    Source: arXiv 1812.08247, which measures how often pixels are over- and under-exposed for a linear SVM, and
    bivariate histograms of chromaticity for another classifier. The thresholds, and chromaticity as five
    numbers beside them, are ours.
    """

    name: str = "colour-cues"

    def describe(self) -> Mapping[str, Any]:
        """See `FeatureMap`."""
        return {"features": self.name, "version": 1, "dark": list(DARK)}

    def features(self, images: ImageSource, **options: Unpack[EncodeOptions]) -> FeatureTable:
        """See `FeatureMap`.

        >>> from whorl.images.array import ArraySource
        >>> white = ColourCues().features(ArraySource(np.full((1, 8, 8), 255, np.uint8)))
        >>> white.values[0, :12].tolist()
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
        """
        return measured(images, colour_cues, label="colours", **options)


def colour_cues(picture: Picture) -> NDArray[np.float64]:
    """Return the 41 numbers of one picture.

    Args:
        picture: uint8 (H, W, 3).

    Returns:
        float64 (41,).
    """
    pixels = picture.reshape(-1, 3)
    exposure: list[float] = []
    for channel in pixels.T:
        below = np.cumsum(np.bincount(channel, minlength=256)) / len(channel)
        exposure += [float(below[t]) for t in DARK]
        exposure += [float(1 - below[254 - t]) for t in DARK]
    total = pixels.sum(axis=1, dtype=np.int64)
    shares = np.where(total[:, None] > 0, pixels[:, :2] / np.maximum(total, 1)[:, None], 1 / 3)
    centred = shares - shares.mean(axis=0)
    covariance = centred.T @ centred / len(shares)
    spread = np.sqrt(covariance.diagonal())
    return np.array([*exposure, *shares.mean(axis=0), *spread, covariance[0, 1]])
