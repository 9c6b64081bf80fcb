"""Pictures of any sizes as one array of one size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.preprocessing import resize
from whorl.errors import ImageError


def resized_pictures(
    pictures: NDArray[np.uint8] | Sequence[NDArray[np.uint8]], size: int, *, name: str = "pictures"
) -> NDArray[np.uint8]:
    """Return all pictures resized to `size` x `size`, bilinear as Pillow does it.

    Args:
        pictures: uint8 (m, H, W, 3), or m of (H, W, 3) with sizes of their own.
        size: side of the results.
        name: what messages call the pictures.

    Returns:
        uint8 (m, size, size, 3); the array that was given where it has that size already.

    Raises:
        ImageError: a picture is not uint8 (H, W, 3), or empty.

    >>> resized_pictures([np.zeros((5, 7, 3), np.uint8), np.zeros((8, 8, 3), np.uint8)], 4).shape
    (2, 4, 4, 3)
    """
    if isinstance(pictures, np.ndarray) and _is_done(pictures, size):
        return pictures
    done = np.empty((len(pictures), size, size, 3), dtype=np.uint8)
    for i, picture in enumerate(pictures):
        _check(picture, f"{name}[{i}]")
        done[i] = resize(picture, (size, size), "bilinear")
    return done


def _is_done(pictures: NDArray[np.uint8], size: int) -> bool:
    return pictures.dtype == np.uint8 and pictures.shape[1:] == (size, size, 3)


def _check(picture: object, name: str) -> None:
    if not isinstance(picture, np.ndarray):
        raise ImageError(f"{name} is a {type(picture).__name__}; expected an array, uint8 (H, W, 3).")
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise ImageError(
            f"{name} is {picture.dtype} {picture.shape}; expected uint8 (H, W, 3). Turn grey pictures into RGB, "
            "and put a single one into a list."
        )
