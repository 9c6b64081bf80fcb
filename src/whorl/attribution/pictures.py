"""One pass over pictures of one size: each is decoded once, measured, and let go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.attribution.features import FeatureTable
from whorl.embeddings import EncodeOptions
from whorl.embeddings.options import resolve
from whorl.embeddings.progress import progress_for
from whorl.errors import ImageError, ScoreError
from whorl.images.contract import ImageSource, Picture
from whorl.images.pixels import pixel_digest


def measured(
    images: ImageSource,
    measure: Callable[[Picture], NDArray[Any]],
    *,
    label: str,
    **options: Unpack[EncodeOptions],
) -> FeatureTable:
    """Return `measure(picture)` of all pictures, one row each.

    Args:
        images: N pictures of one size.
        measure: from uint8 (H, W, 3) to numbers of one shape, finite; a function of the picture alone.
        label: what is shown of it as progress.
        **options: see `EncodeOptions`; of them `on_error` and `progress` have something to say here. With
            "skip" pictures that cannot be read have no row.

    Returns:
        float32 (N, ...), ids, and the first 16 bytes of each picture's pixel digest.

    Raises:
        ImageError: a picture cannot be read, or with "skip" none of them can.
        ScoreError: pictures of two sizes; the message names the first odd one.
        WhorlError: an unknown option.

    >>> from whorl.images.array import ArraySource
    >>> table = measured(ArraySource(np.zeros((3, 8, 8), np.uint8)), lambda x: x.mean((0, 1)), label="mean")
    >>> table.values.shape, table.ids[2], table.keys.shape
    ((3, 3), 'row-000002', (3, 16))
    """
    resolved = resolve(options)
    progress = progress_for(resolved.progress)
    values: NDArray[np.float32] | None = None
    keys = np.zeros((len(images), 16), np.uint8)
    kept: list[int] = []
    size: tuple[int, ...] = ()
    progress.begin(label, len(images), 0)
    try:
        for index in range(len(images)):
            try:
                picture = images[index]
            except ImageError as error:
                if resolved.on_error == "fail":
                    raise
                progress.note(f"skipped {error.id}: {error.reason}")
                progress.advance(1)
                continue
            size = size or picture.shape
            check_size(picture, size, name=f"{images.name}: picture {images.ids[index]}")
            found = measure(picture)
            if values is None:
                values = np.empty((len(images), *np.shape(found)), np.float32)
            values[len(kept)] = found
            keys[len(kept)] = np.frombuffer(bytes.fromhex(pixel_digest(picture))[:16], np.uint8)
            kept.append(index)
            progress.advance(1)
    finally:
        progress.end()
    if values is None:
        raise ImageError(f"{images.name}: none of its {len(images)} pictures can be read.")
    return FeatureTable(values[: len(kept)], tuple(images.ids[index] for index in kept), keys[: len(kept)])


def check_size(picture: Picture, size: tuple[int, ...], *, name: str) -> None:
    """Refuse a picture of another size than those before it.

    Raises:
        ScoreError: the message names it and both sizes.
    """
    if picture.shape != size:
        (height, width), (odd_height, odd_width) = size[:2], picture.shape[:2]
        raise ScoreError(
            f"{name} is {odd_width} x {odd_height}, and those before it are {width} x {height}. Attribution "
            "needs pictures of one size: crop them alike, or resize all classes in the same way."
        )
