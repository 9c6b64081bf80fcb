"""What a classifier is trained on: pictures of one size, and the class of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.fingerprints.trained.pixels import resized_pictures


@dataclass(frozen=True, eq=False)
class Material:
    """Labelled pictures in memory.

    Attributes:
        pixels: uint8 (N, S, S, 3).
        classes: int64 (N,), 0 .. K - 1.
        labels: the K names, in the order of the numbers.
    """

    pixels: NDArray[np.uint8]
    classes: NDArray[np.int64]
    labels: tuple[str, ...]


def gather(pictures: Mapping[str, NDArray[np.uint8] | Sequence[NDArray[np.uint8]]], size: int) -> Material:
    """Resize the pictures of all classes and put them into one array: N * size^2 * 3 bytes.

    Args:
        pictures: by label, uint8 (m, H, W, 3) or m of (H, W, 3). Their order is that of the classes.
        size: side of the results.

    Raises:
        ScoreError: fewer than two classes, or a class without pictures.
        ImageError: a picture is not uint8 (H, W, 3).

    >>> grey = np.full((2, 8, 8, 3), 128, np.uint8)
    >>> gather({"a": grey, "b": grey[:1]}, 8).classes
    array([0, 0, 1])
    """
    if len(pictures) < 2:
        raise ScoreError(
            f"a classifier needs at least two classes to tell apart; got {len(pictures)}. Give a mapping from "
            "labels to pictures."
        )
    empty = [label for label, images in pictures.items() if not len(images)]
    if empty:
        raise ScoreError(f"no pictures of {', '.join(map(str, empty))}; give some, or leave the class out.")
    counts = [len(images) for images in pictures.values()]
    pixels = np.empty((sum(counts), size, size, 3), dtype=np.uint8)
    ends = np.cumsum(counts)
    for (label, images), end, count in zip(pictures.items(), ends, counts, strict=True):
        pixels[end - count : end] = resized_pictures(images, size, name=str(label))
    return Material(pixels, np.repeat(np.arange(len(counts)), counts), tuple(map(str, pictures)))
