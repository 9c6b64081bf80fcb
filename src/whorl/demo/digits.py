"""The demo's real pictures: handwritten digits that come with scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.demo.seeds import stream

SIDE = 8
LEVELS = 16
"""A scan's pixels count ink from 0 to 16; so do a generator's, or the rounding alone would tell them apart."""

_TRAIN, _TEST, _FRESH = 900, 350, 350


@dataclass(frozen=True, eq=False)
class Digits:
    """1,797 scans of handwritten digits, divided at random; uint8 (n, 8, 8), pixels 0 to 255.

    Attributes:
        train: T, what the generators learn from.
        test: P, held out: what the Reference compares with.
        fresh: real pictures that neither the generators nor the Reference have seen.
        validation: held out to tell when a generator should stop learning.
    """

    train: NDArray[np.uint8]
    test: NDArray[np.uint8]
    fresh: NDArray[np.uint8]
    validation: NDArray[np.uint8]


def load(seed: int = 0) -> Digits:
    """Return the digits, divided by `seed`.

    Source: Alpaydin, Kaynak, Optical Recognition of Handwritten Digits, UCI (CC BY 4.0), as in scikit-learn.

    >>> digits = load()
    >>> [len(part) for part in (digits.train, digits.test, digits.fresh, digits.validation)]
    [900, 350, 350, 197]
    """
    from sklearn.datasets import load_digits

    scans = as_pixels(load_digits().images / LEVELS)
    order = np.random.default_rng(stream(seed, "digits")).permutation(len(scans))
    parts = np.split(scans[order], np.cumsum([_TRAIN, _TEST, _FRESH]))
    return Digits(*parts)


def as_pixels(ink: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Turn ink from 0 to 1 into pixels as the scans have them: 17 levels from 0 to 255.

    >>> as_pixels(np.array([-0.2, 0.0, 0.49, 1.0])).tolist()
    [0, 0, 128, 255]
    """
    counted = np.rint(np.clip(ink, 0, 1) * LEVELS)
    pixels: NDArray[np.uint8] = np.rint(counted * (255 / LEVELS)).astype(np.uint8)
    return pixels
