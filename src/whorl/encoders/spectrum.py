"""The logarithm of a picture's spectrum as an embedding: where upsampling leaves its traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from whorl.encoders.square import SquareEncoder

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

LAYER = "spectrum"
EPS = 1 / 255
"""Added to magnitudes before the logarithm: what one grey level in one pixel adds to every frequency.

A picture cannot differ from another by less. Rounding pixels to whole grey levels has a magnitude of about
size / (255 sqrt(12)) by itself, 0.036 at 32 x 32, nine times as much, so what eps flattens lies below the noise
that every picture has. An exact zero becomes log(1/255) = -5.54. With the published code's 1e-12 it would be
-27.6, a few such numbers would decide distances, and the rounding of the transform (1e-13) would be seen.
"""


class SpectrumEncoder(SquareEncoder):
    """The log magnitude of the Fourier transform of each channel, float32, D = 3 size^2.

        phi(x)[c] = log(|fftshift(fft2(x[c]))| + 1/255),  x in [0, 1], of shape (3, size, size)

    Frequency zero is at (size // 2, size // 2) of each channel; the transform is not normalised. It is computed
    in float64, one picture at a time, so that a batch changes no bit. Pictures of another size are resized
    (bilinear), which leaves traces in the spectrum: `whorl.manifold` refuses them. `load_encoder("spectrum")` has
    size 32, and `load_encoder("spectrum:64")` size 64. Arguments and errors are those of `SquareEncoder`.

    Source: FREQ of ManiFPT (arXiv 2402.10401) as in its public code, but for eps, which is ours: see `EPS`.

    >>> encoder = SpectrumEncoder(2)
    >>> white = encoder.preprocess(np.full((2, 2, 3), 255, np.uint8))
    >>> encoder.encode(white[None])["spectrum"][0, :4]
    tensor([-5.5413, -5.5413, -5.5413,  1.3873])
    """

    family = LAYER

    @property
    def settings(self) -> Mapping[str, object]:
        """How it encodes, as JSON values."""
        return {**super().settings, "eps": EPS}

    def _rows(self, batch: torch.Tensor) -> torch.Tensor:
        import torch

        pictures = batch.detach().to(device="cpu", dtype=torch.float64).numpy()
        rows = np.empty((len(pictures), pictures[0].size), dtype=np.float32)
        for row, picture in zip(rows, pictures, strict=True):
            row[:] = _log_spectrum(picture).ravel()
        return torch.from_numpy(rows)


def _log_spectrum(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the shifted log magnitudes of float64 (3, H, W)."""
    magnitude = np.abs(np.fft.fftshift(np.fft.fft2(picture), axes=(-2, -1)))
    logs: NDArray[np.float64] = np.log(magnitude + EPS)
    return logs
