"""What a denoiser takes away: the noise residual of Marra et al."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.attribution.features import FeatureTable
from whorl.attribution.pictures import measured
from whorl.attribution.scikit_image import restoration, versions
from whorl.embeddings import EncodeOptions
from whorl.errors import ScoreError
from whorl.images.contract import ImageSource, Picture

LEAST_SIDE = 14
"""Pixels on which one level of wavelet db4, eight taps long, is more than its edges."""

_WAVELET = "db4"
_MOST_LEVELS = 4


@dataclass(frozen=True)
class NoiseResidual:
    """r = x - denoise(x), x in 0 .. 1: float32 (N, 3, H, W); see `FeatureMap`.

    The idea is that of arXiv 1812.11842, which takes it from camera forensics and leaves the denoiser open. Ours
    is scikit-image's soft wavelet thresholds by BayesShrink: each subband has a threshold of its own, so that
    edges are kept where there are any. Each channel by itself, wavelet db4 in as many levels as fit, four at most,
    and noise of one standard deviation for all pictures, 5 of 255 grey levels. Estimated per picture, noise is 0
    where most of a picture is flat (a digit on black ground), and the residual would vanish with it.

    A constant channel has the residual 0.

    Attributes:
        name: as users type it.
        sigma: standard deviation of the assumed noise, of 255.
    """

    name: str = "noise-residual"
    sigma: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.sigma < 255:
            raise ScoreError(f"sigma is a standard deviation in grey levels, above 0; got {self.sigma!r}.")

    def describe(self) -> Mapping[str, Any]:
        """See `FeatureMap`.

        Raises:
            WhorlError: scikit-image is not installed, and its version decides the numbers too.
        """
        about = {"features": self.name, "version": 1, "sigma": self.sigma, "wavelet": _WAVELET}
        about |= {"most_levels": _MOST_LEVELS}
        return about | {"method": "BayesShrink", "mode": "soft", "packages": versions()}

    def features(self, images: ImageSource, **options: Unpack[EncodeOptions]) -> FeatureTable:
        """See `FeatureMap`.

        Raises:
            ScoreError: pictures of two sizes, or smaller than 14 x 14.
            WhorlError: scikit-image is not installed.
        """
        restoration()  # before hours of decoding
        return measured(images, self.residual, label="noise residuals", **options)

    def residual(self, picture: Picture) -> NDArray[np.float32]:
        """Return the residual of one picture.

        Args:
            picture: uint8 (H, W, 3).

        Returns:
            float32 (3, H, W).

        Raises:
            ScoreError: smaller than 14 x 14.

        >>> bool(NoiseResidual().residual(np.full((16, 16, 3), 200, np.uint8)).any())
        False
        """
        if min(picture.shape[:2]) < LEAST_SIDE:
            raise ScoreError(
                f"a noise residual needs pictures of at least {LEAST_SIDE} x {LEAST_SIDE}; "
                f"got {picture.shape[1]} x {picture.shape[0]}."
            )
        planes = picture.transpose(2, 0, 1).astype(np.float64) / 255
        return np.stack([self._of_plane(plane) for plane in planes]).astype(np.float32)

    def _of_plane(self, plane: NDArray[np.float64]) -> NDArray[np.float64]:
        if plane.min() == plane.max():
            return np.zeros_like(plane)
        denoised = restoration().denoise_wavelet(
            plane,
            sigma=self.sigma / 255,
            wavelet=_WAVELET,
            wavelet_levels=_levels(min(plane.shape)),
            mode="soft",
            method="BayesShrink",
            rescale_sigma=False,
        )
        return np.asarray(plane - denoised)


def _levels(side: int) -> int:
    """Return how many levels fit: on the coarsest, the wavelet is no wider than what is left of the picture."""
    taps = 8
    return min(_MOST_LEVELS, int(np.log2(side / (taps - 1))))
