"""Strong augmentation for small pictures, on a whole batch at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.lab.training.noise import uniforms
from whorl.lab.training.recipe import Recipe

if TYPE_CHECKING:
    import torch

_OWN, _PARTNER = 0, 1
_SHIFT_Y, _SHIFT_X, _FLIP, _BRIGHT, _CONTRAST, _SATURATION, _MIXED, _OTHER, _CUT, _SHARE, _AT_Y, _AT_X = (
    range(12)
)
_NUMBERS = 12
_LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Batch:
    """Augmented pictures and what they show.

    Attributes:
        inputs: float32 (B, 3, S, S), normalised to -1 .. 1.
        labels: int64 (B,), the class of the picture itself.
        others: int64 (B,), the class of the one mixed in.
        share: float32 (B,), how much of the picture is itself: 1 where nothing is mixed in.
    """

    inputs: torch.Tensor
    labels: torch.Tensor
    others: torch.Tensor
    share: torch.Tensor

    @property
    def views(self) -> tuple[torch.Tensor]:
        """The one view of each picture that there is."""
        return (self.inputs,)


def augmented(
    pixels: NDArray[np.uint8],
    labels: NDArray[np.int64],
    indices: NDArray[np.int64],
    epoch: int,
    recipe: Recipe,
) -> Batch:
    """Return the pictures `indices` as epoch `epoch` sees them: shifted, flipped, jittered, mixed.

    Each picture's numbers, and the partner it is mixed with, come from the seed, the epoch and its index
    alone: the same picture looks the same in any batch.

    Args:
        pixels: uint8 (N, S, S, 3), all pictures.
        labels: int64 (N,), their classes.
        indices: int64 (B,), those of this batch.
        epoch: the pass.
        recipe: shift, jitter, mix and seed count.

    Sources: mixup, arXiv 1710.09412; CutMix, arXiv 1905.04899 (both with Beta(1, 1)).
    """
    import torch

    own = uniforms(recipe.seed, epoch, indices, _NUMBERS, stream=_OWN)
    inputs = _single(pixels, indices, own, recipe)
    share = np.ones(len(indices))
    partners = (own[:, _OTHER] * len(pixels)).astype(np.int64)
    mixed = np.flatnonzero(own[:, _MIXED] < recipe.mix)
    if len(mixed):
        theirs = uniforms(recipe.seed, epoch, indices[mixed], _NUMBERS, stream=_PARTNER)
        mask = _masks(own[mixed], pixels.shape[1])
        # What is left of a box cut by the border, not what was drawn, is its share.
        share[mixed] = mask.mean(axis=(1, 2), dtype=np.float64)
        weight = torch.from_numpy(mask)[:, None]
        rows = torch.from_numpy(mixed)
        inputs[rows] = weight * inputs[rows] + (1 - weight) * _single(pixels, partners[mixed], theirs, recipe)
    return Batch(
        inputs=inputs,
        labels=torch.from_numpy(labels[indices]),
        others=torch.from_numpy(labels[partners]),
        share=torch.from_numpy(share.astype(np.float32)),
    )


def plain(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """Return pictures as they are, float32 (B, 3, S, S) normalised to -1 .. 1.

    >>> plain(np.full((1, 2, 2, 3), 255, np.uint8)).max().item()
    1.0
    """
    import torch

    channels_first = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))
    return channels_first.float().div_(127.5).sub_(1.0)


def _single(
    pixels: NDArray[np.uint8], indices: NDArray[np.int64], u: NDArray[np.float64], recipe: Recipe
) -> torch.Tensor:
    return _jittered(plain(_shifted(pixels, indices, u, recipe.shift)), u, recipe.jitter)


def _shifted(
    pixels: NDArray[np.uint8], indices: NDArray[np.int64], u: NDArray[np.float64], shift: int
) -> NDArray[np.uint8]:
    """Move each picture by up to `shift` pixels, reflected at the border, and flip half of them."""
    size = pixels.shape[1]
    at = np.arange(size)
    by = np.floor(u[:, [_SHIFT_Y, _SHIFT_X]] * (2 * shift + 1)).astype(np.int64) - shift
    columns = np.where(u[:, _FLIP, None] < 0.5, at, at[::-1])
    rows, columns = (_reflected(place, size) for place in (at + by[:, :1], columns + by[:, 1:]))
    return pixels[indices[:, None, None], rows[:, :, None], columns[:, None, :]]


def _reflected(place: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    place = np.abs(place)
    return np.where(place < size, place, 2 * (size - 1) - place)


def _jittered(x: torch.Tensor, u: NDArray[np.float64], jitter: float) -> torch.Tensor:
    """Change contrast about the picture's mean, then saturation, then brightness."""
    import torch

    if jitter == 0:
        return x
    factors = torch.from_numpy(u[:, [_BRIGHT, _CONTRAST, _SATURATION]]).float().mul_(2).sub_(1).mul_(jitter)
    bright, contrast, saturation = factors[:, :, None, None, None].unbind(1)
    luma = torch.tensor(_LUMA)[:, None, None]
    mean = (x * luma).sum(1, keepdim=True).mean((2, 3), keepdim=True)
    x = mean + (x - mean) * (1 + contrast)
    grey = (x * luma).sum(1, keepdim=True)
    x = grey + (x - grey) * (1 + saturation)
    # Brightness scales light, and black is at -1.
    return ((x + 1) * (1 + bright) - 1).clamp_(-1, 1)


def _masks(u: NDArray[np.float64], size: int) -> NDArray[np.float32]:
    """Return the weight of the picture itself, (n, S, S): a constant for mixup, 0 inside CutMix's box."""
    share = u[:, _SHARE, None, None]
    half = size * np.sqrt(1 - share) / 2
    at = np.arange(size) + 0.5
    centre_y, centre_x = (u[:, i, None, None] * size for i in (_AT_Y, _AT_X))
    inside = (np.abs(at[:, None] - centre_y) < half) & (np.abs(at[None, :] - centre_x) < half)
    return np.where(u[:, _CUT, None, None] < 0.5, share, ~inside).astype(np.float32)
