"""The contract of image sources, as something to run."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from whorl.errors import ImageError

if TYPE_CHECKING:
    from whorl.images.contract import ImageSource, Picture

_THREADS = 4
_SAMPLE = 64
_HEX = re.compile("[0-9a-f]{64}")


def check_image_source(source: ImageSource) -> None:
    """Hold a source to the contract `whorl.images.ImageSource`, on its first 64 pictures.

    It has a name and at least one picture; ids are unique, one per picture; pictures are uint8 (H, W, 3),
    the same on each read and from four threads at once, and fresh arrays; a broken one raises an
    ImageError with its id and a reason; digests are 64 hex digits, stay, and need no readable picture;
    an index outside 0 <= index < len is an IndexError. It does not show that the pixels are the right ones.

    Raises:
        AssertionError: a breach of the contract, and what it is.

    >>> from whorl.images import open_images
    >>> check_image_source(open_images(np.zeros((3, 8, 8), np.uint8)))
    """
    count = len(source)
    _require(count > 0, "it holds no pictures")
    _require(isinstance(source.name, str) and bool(source.name), f"name is {source.name!r}, expected a text")
    _check_ids(source, count)
    _check_bounds(source, count)
    indices = range(min(count, _SAMPLE))
    _check_digests(source, indices)
    first = [_read(source, index) for index in indices]
    for index, before in enumerate(first):
        again = _read(source, index)
        _require(_same(before, again), f"picture {index} is another when it is read again")
        _require(isinstance(again, str) or not np.shares_memory(before, again), f"picture {index} is shared")
    _check_threads(source, first)


def _check_ids(source: ImageSource, count: int) -> None:
    ids = list(source.ids)
    _require(len(ids) == count, f"it has {len(ids)} ids for {count} pictures")
    _require(all(isinstance(each, str) and each for each in ids), "its ids are not all non-empty texts")
    _require(len(set(ids)) == count, f"only {len(set(ids))} of its {count} ids are different")


def _check_bounds(source: ImageSource, count: int) -> None:
    for index in (-1, count, count + 1):
        try:
            source[index]
        except IndexError:
            continue
        except Exception as error:
            raise AssertionError(f"index {index} of {count} raised {error!r}, not IndexError") from error
        raise AssertionError(f"not a whorl image source: index {index} of {count} gave a picture.")


def _check_digests(source: ImageSource, indices: range) -> None:
    digests = [source.digest_of(index) for index in indices]
    for digest in (source.digest, *digests):
        fits = isinstance(digest, str) and _HEX.fullmatch(digest) is not None
        _require(fits, f"digest is {digest!r}, expected 64 hex digits")
    _require([source.digest_of(index) for index in indices] == digests, "digest_of changed when asked again")
    _require(source.digest == source.digest, "digest changed when asked again")


def _check_threads(source: ImageSource, first: list[Picture | str]) -> None:
    # Each picture several times over, so that threads meet at the same place.
    order = [*range(len(first))] * 3
    with ThreadPoolExecutor(_THREADS) as pool:
        for index, found in zip(order, pool.map(lambda i: _read(source, i), order), strict=True):
            _require(_same(first[index], found), f"picture {index} is another when threads read at once")


def _read(source: ImageSource, index: int) -> Picture | str:
    """Return the picture, or the reason why there is none."""
    try:
        picture = source[index]
    except ImageError as error:
        _require(error.id == source.ids[index], f"the error of picture {index} names {error.id!r}")
        _require(bool(error.reason), f"the error of picture {index} gives no reason")
        return error.reason
    fits = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim == 3
    _require(
        fits and picture.shape[2] == 3 and picture.size > 0,
        f"picture {index} is {getattr(picture, 'dtype', type(picture))} {getattr(picture, 'shape', '')}, "
        "expected uint8 (H, W, 3)",
    )
    return picture


def _same(one: Picture | str, other: Picture | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one == other
    return np.array_equal(one, other)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(f"not a whorl image source: {message}.")
