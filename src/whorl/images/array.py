"""Pictures that are the rows of one array."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ImageError
from whorl.images.contract import Picture
from whorl.images.names import numbered_ids
from whorl.images.pixels import how_to_convert, pixel_digest, to_picture
from whorl.images.source import Source

_EXPECTED = "uint8 pictures of shape (N, H, W), (N, H, W, 1) or (N, H, W, 3)"


class RowSource(Source):
    """A base for the rows of an array (N, H, W), (N, H, W, 1) or (N, H, W, 3) of uint8, copied when read.

    Raises:
        ImageError: another shape or dtype, or no rows.
    """

    def __init__(self, name: str, shape: Sequence[int], dtype: np.dtype[Any]) -> None:
        check_pictures(name, shape, dtype)
        super().__init__(name, numbered_ids("row", shape[0]))

    @abstractmethod
    def _row(self, index: int) -> NDArray[np.uint8]: ...

    def _read(self, index: int) -> Picture:
        return to_picture(self._row(index))

    def _digest_at(self, index: int) -> str:
        return pixel_digest(self._row(index))


class ArraySource(RowSource):
    """The rows of an array (N, H, W), (N, H, W, 1) or (N, H, W, 3) of uint8, held in memory.

    Args:
        array: the pictures.
        name: what to call them, such as the file that they come from or go to; else their shape.

    Raises:
        ImageError: another shape or dtype, or no rows.

    >>> source = ArraySource(np.zeros((5, 2, 8), np.uint8))
    >>> len(source), source[4].shape
    (5, (2, 8, 3))
    """

    def __init__(self, array: NDArray[Any], *, name: str = "") -> None:
        super().__init__(name or f"array {array.shape}", array.shape, array.dtype)
        self._array = array

    def _row(self, index: int) -> NDArray[np.uint8]:
        row: NDArray[np.uint8] = self._array[index]
        return row


def check_pictures(name: str, shape: Sequence[int], dtype: np.dtype[Any]) -> None:
    """Refuse an array that is no stack of pictures.

    Raises:
        ImageError: the message says what was expected, what was found, and how to convert it.
    """
    if dtype == np.uint8 and is_stack(shape) and min(shape) > 0:
        return
    shape = tuple(shape)
    if shape and shape[0] == 0:
        raise ImageError(f"{name} holds no pictures: its shape is {shape}.")
    if dtype == np.uint8 and len(shape) == 3 and shape[-1] in (1, 3, 4):
        remedy = "one picture alone is given as array[None]"
    elif dtype == np.uint8 and len(shape) == 4 and shape[-1] == 4:
        remedy = "composite its alpha channel and drop it, or give the rows as a list"
    else:
        remedy = how_to_convert(shape, dtype)
    raise ImageError(f"{name}: expected {_EXPECTED}, found {dtype} {shape}; {remedy}.")


def is_stack(shape: Sequence[int]) -> bool:
    """Return whether a shape is (N, H, W), (N, H, W, 1) or (N, H, W, 3).

    Three axes that end in 1, 3 or 4 are one picture, not N grey ones a few pixels wide.
    """
    return (len(shape) == 3 and shape[-1] not in (1, 3, 4)) or (len(shape) == 4 and shape[-1] in (1, 3))
