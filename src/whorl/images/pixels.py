"""Decoded pixels: from any uint8 layout to RGB, and their digest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ImageError
from whorl.files import digest_bytes
from whorl.images.contract import Picture


def on_white(rgba: NDArray[np.uint8]) -> Picture:
    """Composite (H, W, 4) on white, rounded to nearest; what lies under full transparency is gone.

    >>> on_white(np.array([[[200, 0, 0, 0], [200, 0, 0, 255]]], np.uint8)).tolist()
    [[[255, 255, 255], [200, 0, 0]]]
    """
    alpha = rgba[..., 3:].astype(np.uint16)
    # At most 255 * 255 + 127, so sixteen bits are enough.
    mixed = rgba[..., :3] * alpha + np.uint16(255) * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def to_picture(pixels: NDArray[Any]) -> Picture:
    """Return RGB (H, W, 3), a fresh array, from uint8 (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).

    Raises:
        ImageError: another shape or dtype.

    >>> to_picture(np.full((2, 2), 7, np.uint8)).shape
    (2, 2, 3)
    """
    shape = pixels.shape
    if pixels.dtype != np.uint8 or not _is_picture_shape(shape):
        raise ImageError(
            f"expected uint8 pixels of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), "
            f"found {pixels.dtype} {shape}; {how_to_convert(shape, pixels.dtype)}"
        )
    if len(shape) == 2:
        pixels = pixels[..., None]
    if pixels.shape[-1] == 1:
        pixels = np.repeat(pixels, 3, axis=-1)
    return on_white(pixels) if pixels.shape[-1] == 4 else np.array(pixels, np.uint8, order="C")


def _is_picture_shape(shape: tuple[int, ...]) -> bool:
    return 0 not in shape and (len(shape) == 2 or (len(shape) == 3 and shape[-1] in (1, 3, 4)))


def how_to_convert(shape: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    """Return the remedy for an array that is no uint8 (..., H, W[, C])."""
    if dtype.hasobject:
        return "it holds pickled Python objects, which are never loaded; save np.stack(pictures) instead"
    remedies = []
    if len(shape) >= 3 and shape[-3] in (1, 3, 4) and shape[-1] not in (1, 3, 4):
        remedies.append("move the channels last, np.moveaxis(array, -3, -1)")
    if dtype.kind == "f":
        remedies.append("scale to 0..255, e.g. (array * 255).round().astype(np.uint8) where it is in 0..1")
    elif dtype.kind in "iub" and dtype != np.uint8:
        remedies.append("convert with array.astype(np.uint8) once its values are in 0..255")
    return "; ".join(remedies) or "give it one of these shapes"


def pixel_digest(picture: NDArray[np.uint8]) -> str:
    """Return the digest of decoded pixels and their shape, 64 hex digits.

    Pictures with equal pixels have equal digests, whatever they are stored in.

    >>> black = np.zeros((2, 3, 3), np.uint8)
    >>> pixel_digest(black) == pixel_digest(black.reshape(3, 2, 3))
    False
    """
    return digest_bytes(repr(tuple(int(n) for n in picture.shape)).encode(), picture.tobytes())
