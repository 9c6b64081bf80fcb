"""The plainest model of pictures: each pixel and channel a Gaussian of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.errors import WhorlError

_BLOCK = 1024


def pixel_gaussian(pixels: NDArray[np.uint8], count: int, *, seed: int) -> NDArray[np.uint8]:
    """Draw pictures from the pixel-wise Gaussian that is fitted to some.

    Every value of pixel (y, x) and channel c is drawn alone, from N(mean, std^2) of the pictures' values
    there, rounded, and clipped to 0 .. 255. It knows the mean picture and nothing of how pixels go together:
    a generator that is not nearer to its training pictures has learned nothing that shows.

    Args:
        pixels: uint8 (N, H, W, 3), what it is fitted to.
        count: pictures to draw.
        seed: picture i is a function of (seed, i) and the fit.

    Returns:
        uint8 (count, H, W, 3).

    Raises:
        WhorlError: no pictures to fit to, or a negative count or seed.

    >>> pixel_gaussian(np.full((5, 2, 2, 3), 7, np.uint8), 1, seed=0).ravel().tolist()
    [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]
    """
    if not len(pixels) or count < 0 or seed < 0:
        raise WhorlError(
            f"a pixel-wise Gaussian needs pictures, a count and a seed from 0 on; got {len(pixels)} "
            f"pictures, {count!r} and {seed!r}."
        )
    mean = _mean(pixels, np.zeros(pixels.shape[1:]), power=1)
    spread = np.sqrt(_mean(pixels, mean, power=2))
    drawn = np.empty((count, *pixels.shape[1:]), np.uint8)
    for index in range(count):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))
        values = mean + spread * rng.standard_normal(mean.shape)
        drawn[index] = np.rint(values).clip(0, 255).astype(np.uint8)
    return drawn


def _mean(pixels: NDArray[np.uint8], centre: NDArray[np.float64], *, power: int) -> NDArray[np.float64]:
    """Return the mean of (pixels - centre)^power, block by block: there may be many."""
    total = np.zeros(pixels.shape[1:])
    for start in range(0, len(pixels), _BLOCK):
        total += ((pixels[start : start + _BLOCK] - centre) ** power).sum(axis=0)
    return total / len(pixels)
