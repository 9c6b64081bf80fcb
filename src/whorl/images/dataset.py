"""Any indexable data set object: Hugging Face, torch, a list of Pillow images."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from whorl.errors import ImageError
from whorl.images.contract import Picture
from whorl.images.decode import decode_bytes, decode_image
from whorl.images.labels import Label, as_labels
from whorl.images.lazy import Lazy
from whorl.images.names import numbered_ids
from whorl.images.pixels import pixel_digest, to_picture
from whorl.images.source import Source

_USUAL = ("image", "img")
_LABELS = ("label", "labels", "fine_label", "class", "target")
_EXPECTED = (
    "a Pillow image, a uint8 array (H, W[, C]), encoded bytes, a dict with one of these under 'image' or "
    "'img' (or only one of these), or a tuple that begins with one"
)


class DatasetSource(Source):
    """The items of an object with `len()` and `[index]`.

    A stranger's object makes no promise about threads, so its items are taken, and Pillow's lazy files
    read, by one thread at a time.

    Raises:
        ImageError: the object is empty, or its first item is nothing that holds a picture.

    >>> source = DatasetSource([(Image.new("L", (4, 2)), 7)])
    >>> source[0].shape
    (2, 4, 3)
    """

    def __init__(self, dataset: Any) -> None:
        name = f"{type(dataset).__module__}.{type(dataset).__qualname__} of {len(dataset)} items"
        super().__init__(name.removeprefix("builtins."), numbered_ids("item", len(dataset)))
        self._dataset = dataset
        self._lock = Lazy(threading.Lock)
        _check_first(self._name, dataset)

    @property
    def survives_fork(self) -> bool:
        """False but for Hugging Face's: processes would read a stranger's open file from one shared position."""
        return type(self._dataset).__module__.partition(".")[0] == "datasets"

    def labels(self) -> Sequence[Label] | None:
        """Return what stands under `label` or second in each item, or None; reads every item for it."""
        column = next((name for name in _LABELS if name in getattr(self._dataset, "column_names", ())), None)
        with self._lock.get():
            if column is not None:
                return as_labels(list(self._dataset[column]))
            return as_labels([_label_in(self._dataset[index]) for index in range(len(self))])

    def _read(self, index: int) -> Picture:
        with self._lock.get():
            try:
                item = self._dataset[index]
            except (
                Exception
            ) as error:  # Its code, so whatever it raises; an IndexError would end a loop quietly.
                raise ImageError(f"the data set raised {type(error).__name__}: {error}") from error
            found = picture_in(item)
            if isinstance(found, Image.Image):
                return decode_image(found)
        return decode_bytes(found) if isinstance(found, bytes) else to_picture(found)

    def _digest_at(self, index: int) -> str:
        return pixel_digest(self._read(index))


def picture_in(item: Any) -> Image.Image | np.ndarray[Any, Any] | bytes:
    """Return the part of a data set's item that is the picture, not yet decoded.

    Raises:
        ImageError: there is none, or more than one could be meant.

    >>> picture_in({"label": 3, "img": np.zeros((2, 2), np.uint8)}).shape
    (2, 2)
    """
    if isinstance(item, (Image.Image, np.ndarray, bytes)):
        return item
    if isinstance(item, tuple | list) and item:
        return picture_in(item[0])
    if isinstance(item, Mapping):
        # The undecoded form of a Hugging Face image.
        if isinstance(item.get("bytes"), bytes):
            return bytes(item["bytes"])
        for usual in _USUAL:
            if usual in item:
                return picture_in(item[usual])
        able = [key for key, value in item.items() if _like_a_picture(value)]
        if len(able) == 1:
            return picture_in(item[able[0]])
        raise ImageError(
            f"expected {_EXPECTED}; found a dict with keys {sorted(map(str, item))}, "
            f"{len(able)} of which could be pictures"
        )
    hint = "; give tensor.numpy() of its uint8 pixels, channels last" if hasattr(item, "numpy") else ""
    raise ImageError(f"expected {_EXPECTED}; found {type(item).__module__}.{type(item).__qualname__}{hint}")


def _label_in(item: Any) -> object:
    if isinstance(item, tuple | list) and len(item) > 1:
        return item[1]
    if isinstance(item, Mapping):
        return next((item[name] for name in _LABELS if name in item), None)
    return None


def _like_a_picture(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim in (2, 3)
    return isinstance(value, (Image.Image, bytes)) or (isinstance(value, Mapping) and "bytes" in value)


def _check_first(name: str, dataset: Any) -> None:
    """Refuse now what no item will satisfy; a picture that is merely broken is found when it is read."""
    try:
        picture_in(dataset[0])
    except ImageError as error:
        raise ImageError(f"{name}: item 0 is no picture: {error.reason}.") from error
    except (KeyError, TypeError) as error:
        raise ImageError(
            f"{name} has no items by number ({type(error).__name__}: {error}); expected an object with "
            "len() and [0], [1], ..., such as one split of a Hugging Face data set."
        ) from error
    except Exception:  # noqa: S110 (the item's own trouble, told when it is read)
        pass
