"""How fast the spectrum falls towards high frequencies: Dzanic et al."""

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
from whorl.errors import ScoreError
from whorl.images.contract import ImageSource, Picture

_LEAST_RINGS = 3


@dataclass(frozen=True)
class SpectralDecay:
    """Exponent, first and last value of a power law through high frequencies: float32 (N, 9); see `FeatureMap`.

    For each channel a line is fitted through the rings k = 0 .. n - 1 from `start` times the corner's frequency
    R on, one cycle over the shorter side wide, by least squares:

        mean of log |F|^2 over ring k  ~  a + b log((start R + k + 1/2) / R)

    The features are b, and the line's values at the first and the last ring. Source: arXiv 1911.06465, which fits
    magnitudes of grey by c r^b and keeps b and the spectrum at both ends; channels, logarithms and width of
    the rings are ours. A constant channel has b = 0 and log(1e-10) = -23.03 twice.

    Attributes:
        name: as users type it.
        start: where high frequencies begin, as a share of the corner's; 0.75 in the code released with the paper.
    """

    name: str = "spectral-decay"
    start: float = 0.75

    def __post_init__(self) -> None:
        if not 0 < self.start < 1:
            raise ScoreError(
                f"start is a share of the highest frequency, between 0 and 1; got {self.start!r}."
            )

    def describe(self) -> Mapping[str, Any]:
        """See `FeatureMap`."""
        return {"features": self.name, "version": 1, "start": self.start, "floor": FLOOR}

    def features(self, images: ImageSource, **options: Unpack[EncodeOptions]) -> FeatureTable:
        """See `FeatureMap`.

        Raises:
            ScoreError: pictures of two sizes, or so small that fewer than three rings are left.

        >>> from whorl.images.array import ArraySource
        >>> SpectralDecay().features(ArraySource(np.zeros((2, 32, 32), np.uint8))).values.shape
        (2, 9)
        """
        return measured(images, self.decay, label="spectral decay", **options)

    def decay(self, picture: Picture) -> NDArray[np.float64]:
        """Return the nine numbers of one picture, channel by channel.

        Args:
            picture: uint8 (H, W, 3).

        Returns:
            float64 (9,).

        Raises:
            ScoreError: too small.
        """
        distance = radii(*picture.shape[:2])
        first, corner = self.start * distance.max(), distance.max()
        rings = np.floor(distance - first).astype(np.int64)
        planes = picture.transpose(2, 0, 1) / 255
        return np.concatenate([_line(log_power(plane), rings, first, corner) for plane in planes])


def _line(
    spectrum: NDArray[np.float64], rings: NDArray[np.int64], first: float, corner: float
) -> NDArray[np.float64]:
    means = ring_means(spectrum, rings)
    there = np.isfinite(means)
    if there.sum() < _LEAST_RINGS:
        height, width = spectrum.shape
        raise ScoreError(
            f"{width} x {height} pictures have {there.sum()} rings of high frequencies, and a power law needs "
            f"{_LEAST_RINGS}; give larger pictures, or a smaller start."
        )
    where = np.log((first + np.flatnonzero(there) + 0.5) / corner)
    centred, values = where - where.mean(), means[there]
    slope = float(centred @ values / (centred @ centred))
    ends = values.mean() + slope * centred[[0, -1]]
    return np.array([slope, *ends])
