"""Two augmented views of each picture, on a whole batch at once.

The recipe is that of Barlow Twins (arXiv 2103.03230, Appendix A, which takes that of BYOL, arXiv 2006.07733):
random resized crop, flip, colour jitter, grayscale, blur, solarisation. Brought to pictures of 32 x 32:

- A crop covers 20 to 100 % of a picture, not 8 to 100: 8 % of 32 x 32 is nine pixels square. It lies
  anywhere, not on whole pixels only, is resampled bilinearly, and is cut to the picture where its shape
  would not fit.
- The blur's sigma is 0.1 to 1 pixel, not 0.1 to 2: 2 pixels of 224 would be 0.3 here and 2 pixels of 32
  leave nothing to recognise. It grows with the side up to the paper's 2, from 64 x 64 on.
- Jitter is in a fixed order (brightness, contrast, saturation, hue), and hue turns the plane of chroma
  (YIQ) in place of HSV's circle, so that light never changes.

All but the solarisation is then linear in the picture, up to one clamp: a crop, a flip and a blur are one
matrix on the rows and one on the columns, and the jitter and the grayscale one on the colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.lab.training.noise import uniforms

if TYPE_CHECKING:
    import torch

_STREAMS = (3, 4)
_AREA, _RATIO, _TOP, _LEFT, _FLIP, _JITTERED, _BRIGHT, _CONTRAST, _SATURATION, _HUE, _GREY = range(11)
_BLURRED, _SIGMA, _SOLARISED = range(11, 14)
_NUMBERS = 14

_LEAST_AREA = 0.2
_WIDEST = 4 / 3
_JITTER = {_BRIGHT: 0.4, _CONTRAST: 0.4, _SATURATION: 0.2, _HUE: 0.1}
_P_JITTER, _P_GREY = 0.8, 0.2
_P_BLUR, _P_SOLARISE = (1.0, 0.1), (0.0, 0.2)
_LEAST_SIGMA = 0.1
_LEAST_WEIGHT = 1e-7
_YIQ = np.array([[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]])


@dataclass(frozen=True)
class TwoViews:
    """Two views of the same pictures.

    Attributes:
        views: two float32 (B, 3, S, S), in -1 .. 1.
    """

    views: tuple[torch.Tensor, torch.Tensor]


def two_views(pixels: NDArray[np.uint8], indices: NDArray[np.int64], epoch: int, seed: int) -> TwoViews:
    """Return the pictures `indices` as epoch `epoch` sees them, twice.

    Each view's numbers come from the seed, the epoch, the picture's index and the view alone. The first is
    always blurred, the second in one of ten pictures, and solarised in one of five.

    Args:
        pixels: uint8 (N, S, S, 3), all pictures.
        indices: int64 (B,), those of this batch.
        epoch: the pass.
        seed: of the training.

    >>> pixels = np.full((5, 8, 8, 3), 255, np.uint8)
    >>> [view.shape for view in two_views(pixels, np.array([4, 0]), 0, seed=0).views]
    [torch.Size([2, 3, 8, 8]), torch.Size([2, 3, 8, 8])]
    """
    chosen = pixels[indices]
    first, second = (
        _viewed(chosen, uniforms(seed, epoch, indices, _NUMBERS, stream=stream), _P_BLUR[i], _P_SOLARISE[i])
        for i, stream in enumerate(_STREAMS)
    )
    return TwoViews((first, second))


def _viewed(
    pixels: NDArray[np.uint8], u: NDArray[np.float64], p_blur: float, p_solarise: float
) -> torch.Tensor:
    """Return one view of pictures (B, S, S, 3), by the numbers u (B, 14)."""
    import torch

    light = torch.from_numpy(pixels).float().div_(255)
    rows, columns = (torch.from_numpy(matrix) for matrix in _sampling(u, pixels.shape[1], p_blur))
    x = _coloured(_sampled(light, rows, columns), u).clamp_(0, 1)
    turned = torch.from_numpy(np.flatnonzero(u[:, _SOLARISED] < p_solarise))
    if len(turned):
        some = x[turned]
        x[turned] = torch.where(some >= 0.5, 1 - some, some)
    return x.mul_(2).sub_(1)


def _sampled(light: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Return rows X columns^T of every channel: (B, S, S, 3) to (B, 3, S, S)."""
    import torch

    count, size = light.shape[:2]
    x = torch.bmm(rows, light.reshape(count, size, size * 3)).view(count, size, size, 3)
    x = x.permute(0, 3, 1, 2).reshape(count, 3 * size, size)
    return torch.bmm(x, columns.transpose(1, 2)).view(count, 3, size, size)


def _sampling(
    u: NDArray[np.float64], size: int, p_blur: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the matrices (B, S, S) that crop, flip and blur: one for the rows, one for the columns."""
    area = _LEAST_AREA + (1 - _LEAST_AREA) * u[:, _AREA]
    ratio = _WIDEST ** (2 * u[:, _RATIO] - 1)
    height, width = np.minimum(1, np.sqrt(area / ratio)), np.minimum(1, np.sqrt(area * ratio))
    rows = _resampling(u[:, _TOP], height, size)
    columns = _resampling(u[:, _LEFT], width, size)
    columns = np.where(u[:, _FLIP, None, None] < 0.5, columns[:, ::-1], columns)
    blurred = np.flatnonzero(u[:, _BLURRED] < p_blur)
    kernels = _blur(u[blurred, _SIGMA], size)
    for matrices in (rows, columns):
        matrices[blurred] = kernels @ matrices[blurred]
    return rows, columns


def _resampling(start: NDArray[np.float64], share: NDArray[np.float64], size: int) -> NDArray[np.float32]:
    """Return the matrices (B, S, S) that enlarge a share of a line, which begins somewhere, to the whole line."""
    at = np.arange(size, dtype=np.float32)
    begin, step = (start * (1 - share) * size).astype(np.float32), share.astype(np.float32)
    place = np.clip(begin[:, None] + step[:, None] * (at + 0.5) - 0.5, 0, size - 1)
    weights: NDArray[np.float32] = np.maximum(0, 1 - np.abs(place[:, :, None] - at))
    return weights


def _blur(u: NDArray[np.float64], size: int) -> NDArray[np.float32]:
    """Return Gaussian kernels as matrices (B, S, S); at the border the rest of the kernel counts for all."""
    sigma = _LEAST_SIGMA + (min(2.0, max(1.0, size / 32)) - _LEAST_SIGMA) * u
    at = np.arange(size, dtype=np.float32)
    apart = (at[:, None] - at) ** 2
    kernels: NDArray[np.float32] = np.exp(apart * (-0.5 / sigma**2).astype(np.float32)[:, None, None])
    # Subnormal numbers would make the products twenty times slower.
    kernels[kernels < _LEAST_WEIGHT] = 0
    kernels /= kernels.sum(axis=2, keepdims=True)
    return kernels


def _coloured(x: torch.Tensor, u: NDArray[np.float64]) -> torch.Tensor:
    """Change brightness, contrast about the picture's mean luma, saturation and hue, or leave grey alone.

    All of them keep greys grey: M of them are one matrix on the colours, and contrast adds the mean.
    """
    import torch

    jittered = u[:, _JITTERED] < _P_JITTER
    by = {which: np.where(jittered, (2 * u[:, which] - 1) * most, 0.0) for which, most in _JITTER.items()}
    bright, contrast = (1 + by[which] for which in (_BRIGHT, _CONTRAST))
    saturation = np.where(u[:, _GREY] < _P_GREY, 0.0, 1 + by[_SATURATION])
    colours = torch.from_numpy(_colour_matrices(saturation, 2 * np.pi * by[_HUE])).float()
    luma = torch.from_numpy(_YIQ[0]).float()
    mean = torch.einsum("bchw,c->b", x, luma) / (x.shape[2] * x.shape[3])
    scale, shift = (torch.from_numpy(a).float() for a in (bright * contrast, bright * (1 - contrast)))
    # M maps grey to itself, so what contrast adds can follow it.
    turned = torch.bmm(colours * scale[:, None, None], x.flatten(2)) + (shift * mean)[:, None, None]
    return turned.view(x.shape)


def _colour_matrices(saturation: NDArray[np.float64], hue: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrices (B, 3, 3) that stretch chroma by `saturation` and turn it by `hue` radians."""
    matrices = np.zeros((len(hue), 3, 3))
    matrices[:, 0, 0] = 1
    matrices[:, 1, 1] = matrices[:, 2, 2] = saturation * np.cos(hue)
    matrices[:, 2, 1] = saturation * np.sin(hue)
    matrices[:, 1, 2] = -matrices[:, 2, 1]
    turned: NDArray[np.float64] = np.linalg.inv(_YIQ) @ matrices @ _YIQ
    return turned
