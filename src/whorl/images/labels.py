"""What the pictures of a source show, where the source says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from whorl.errors import ImageError
from whorl.images.contract import ImageSource

Label: TypeAlias = int | str
"""A class as its source names it: a number or a word."""

_WHERE = (
    "a Parquet column `label`, one folder per class, an array beside the pictures in the .npz "
    "(train_labels, arr_1, y), or items such as (picture, label)"
)


@runtime_checkable
class LabelledSource(Protocol):
    """A source that may know what its pictures show; optional for an `ImageSource`."""

    def labels(self) -> Sequence[Label] | None:
        """Return one label per picture, in order, or None where there are none."""
        ...


def labels_of(source: ImageSource) -> tuple[Label, ...]:
    """Return the label of each picture, as its source names it.

    They come from a Parquet column `label`, from the folders that pictures lie in, from an array beside the
    pictures in an .npz file, or from the items of a data set; selections and concatenations pass them on.

    Raises:
        ImageError: the source has none, or not one for each picture.

    >>> import numpy as np
    >>> from whorl.images import open_images
    >>> labels_of(open_images([(np.zeros((4, 4), np.uint8), 7)]))
    (7,)
    """
    labels = source.labels() if isinstance(source, LabelledSource) else None
    if labels is None:
        raise ImageError(f"{source.name} has no labels; expected {_WHERE}.")
    if len(labels) != len(source):
        raise ImageError(
            f"{source.name} has {len(labels):,} labels for {len(source):,} pictures; expected one for each."
        )
    return tuple(labels)


def folder_labels(ids: Sequence[str]) -> tuple[str, ...] | None:
    """Return the first folder in which the ids differ, or None where a picture lies in none.

    >>> folder_labels(["train/cat/1.png", "train/dog/more/1.png"])
    ('cat', 'dog')
    >>> folder_labels(["cat/1.png", "2.png"]) is None
    True
    """
    folders = [identifier.split("/")[:-1] for identifier in ids]
    first, last = min(folders), max(folders)
    shared = 0
    while shared < len(first) and first[shared] == last[shared]:
        shared += 1
    if shared == len(first):
        return None
    return tuple(folder[shared] for folder in folders)


def as_labels(values: Sequence[object]) -> tuple[Label, ...] | None:
    """Return whole numbers and words as labels, or None where one is neither.

    >>> import numpy as np
    >>> as_labels(np.array([1, 2])), as_labels([0.5]), as_labels([None])
    ((1, 2), None, None)
    """
    from numbers import Integral

    if not all(isinstance(value, str | Integral) for value in values):
        return None
    return tuple(str(value) if isinstance(value, str) else int(value) for value in values)  # type: ignore[call-overload]
