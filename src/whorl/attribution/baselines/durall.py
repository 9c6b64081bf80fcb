"""The spectrum averaged over rings: Durall et al."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.attribution.features import FeatureTable
from whorl.attribution.pictures import measured
from whorl.attribution.spectrum import FLOOR, log_power, radii, ring_means
from whorl.embeddings import EncodeOptions
from whorl.images.contract import ImageSource, Picture

LUMA = (0.299, 0.587, 0.114)
"""Red, green and blue in grey (ITU-R BT.601)."""


@dataclass(frozen=True)
class AzimuthalSpectrum:
    """Mean of the log power spectrum over each ring r <= |f| < r + 1, of grey: float32 (N, R); see `FeatureMap`.

    R runs from 0 to the corner of the spectrum, frequencies in cycles over the shorter side: 23 rings for
    32 x 32. Source: arXiv 1911.00686 and 2003.01826; as in the code released with the first, the logarithm comes
    before the mean, and corners count. Unlike there, rings lie around frequency zero itself.

    A ring without frequencies, which very flat pictures have, is left out. A constant picture has
    log(1e-10) = -23.03 in each ring but the first.
    """

    name: str = "azimuthal-spectrum"

    def describe(self) -> Mapping[str, Any]:
        """See `FeatureMap`."""
        return {"features": self.name, "version": 1, "floor": FLOOR, "grey": list(LUMA)}

    def features(self, images: ImageSource, **options: Unpack[EncodeOptions]) -> FeatureTable:
        """See `FeatureMap`.

        >>> from whorl.images.array import ArraySource
        >>> AzimuthalSpectrum().features(ArraySource(np.zeros((2, 32, 32), np.uint8))).values.shape
        (2, 23)
        """
        return measured(images, azimuthal_spectrum, label="spectra", **options)


def azimuthal_spectrum(picture: Picture) -> NDArray[np.float64]:
    """Return the averaged spectrum of one picture.

    Args:
        picture: uint8 (H, W, 3).

    Returns:
        float64 (R,).
    """
    grey = picture.astype(np.float64) @ np.array(LUMA) / 255
    means = ring_means(log_power(grey), radii(*grey.shape).astype(np.int64))
    return means[np.isfinite(means)]
