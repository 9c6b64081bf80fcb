"""All pictures of a source and their classes, decoded once."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Progress, default_cache
from whorl.encoders.preprocessing import resize
from whorl.errors import ImageError
from whorl.files import digest_bytes, digest_strings, replacing
from whorl.images.contract import ImageSource
from whorl.images.labels import Label, labels_of

_IN_MEMORY_BYTES = 1 << 30
_BLOCK = 2048
_FORMAT = "whorl-pixels/1"


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Pictures of one size.

    Attributes:
        pixels: uint8 (N, S, S, 3), in memory or memory-mapped.
        name: the source's.
        classes: none.
    """

    pixels: NDArray[np.uint8]
    name: str
    classes: tuple[Label, ...] = ()

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def digest(self) -> str:
        """Digest of the pixels: 64 hex digits."""
        return digest_bytes(self.pixels.tobytes())

    def at(self, rows: NDArray[np.integer]) -> Self:
        """Return the pictures of these positions."""
        return dataclasses.replace(self, pixels=self.pixels[rows])


@dataclass(frozen=True, kw_only=True)
class LabelledPictures(Pictures):
    """Pictures of one size and what they show.

    Attributes:
        pixels: uint8 (N, S, S, 3), in memory or memory-mapped.
        name: the source's.
        classes: the labels as the source names them.
        labels: int64 (N,), positions in `classes`.
    """

    labels: NDArray[np.int64]

    @property
    def digest(self) -> str:
        """Digest of pixels and labels: 64 hex digits."""
        return digest_bytes(self.pixels.tobytes(), self.labels.tobytes())

    def at(self, rows: NDArray[np.integer]) -> Self:
        """Return the pictures of these positions, and their labels."""
        return dataclasses.replace(self, pixels=self.pixels[rows], labels=self.labels[rows])


def read_labelled(
    source: ImageSource, size: int, *, classes: tuple[Label, ...] | None = None, progress: Progress
) -> LabelledPictures:
    """Decode every picture of a source, resized to size x size (bilinear) as the encoder will resize it.

    Up to 1 GB is held in memory, more is written to the cache once and memory-mapped.

    Args:
        source: pictures with labels.
        size: side in pixels.
        classes: what the labels must be among; None takes those found, sorted.
        progress: told about each picture.

    Raises:
        ImageError: no labels, a single class, a label not among `classes`, or a picture that is broken.
    """
    found = labels_of(source)
    known = classes if classes is not None else _sorted(set(found))
    if len(known) < 2:
        raise ImageError(f"{source.name} shows one class only, {found[0]!r}; training needs at least two.")
    strange = sorted({str(label) for label in found} - {str(label) for label in known})
    if strange:
        raise ImageError(
            f"{source.name} has the labels {', '.join(strange[:5])}, which the training pictures lack; "
            "give held-out pictures of the same classes."
        )
    numbers = {label: number for number, label in enumerate(known)}
    labels = np.array([numbers[label] for label in found], dtype=np.int64)
    pixels = decoded(source, size, progress)
    return LabelledPictures(pixels=pixels, name=source.name, classes=known, labels=labels)


def read_pictures(source: ImageSource, size: int, *, progress: Progress) -> Pictures:
    """Decode every picture of a source as `read_labelled` does, whatever it shows.

    Raises:
        ImageError: a picture that is broken.
    """
    return Pictures(pixels=decoded(source, size, progress), name=source.name)


def _sorted(labels: set[Label]) -> tuple[Label, ...]:
    return tuple(sorted(labels, key=lambda label: (isinstance(label, str), label)))


def decoded(source: ImageSource, size: int, progress: Progress) -> NDArray[np.uint8]:
    """Return every picture of a source, uint8 (N, size, size, 3), in memory up to 1 GB, else memory-mapped.

    Args:
        source: the pictures.
        size: side in pixels; others are resized (bilinear).
        progress: told about each picture.

    Raises:
        ImageError: a picture is broken.
    """
    shape = (len(source), size, size, 3)
    folder = default_cache()
    if int(np.prod(shape, dtype=np.int64)) <= _IN_MEMORY_BYTES or folder is None:
        pixels = np.empty(shape, dtype=np.uint8)
        _fill(pixels, source, size, progress)
        return pixels
    path = folder / "pixels" / f"{digest_strings((_FORMAT, source.digest, str(size)))}.npy"
    if not path.is_file():
        _write(path, shape, source, size, progress)
    mapped: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
    return mapped


def _write(path: Path, shape: tuple[int, ...], source: ImageSource, size: int, progress: Progress) -> None:
    with replacing(path) as temporary:
        pixels = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=shape)
        _fill(pixels, source, size, progress)
        pixels.flush()


def _fill(pixels: NDArray[np.uint8], source: ImageSource, size: int, progress: Progress) -> None:
    progress.begin("read", len(source), 0)
    try:
        with ThreadPoolExecutor(min(8, (os.cpu_count() or 1) + 2)) as pool:
            for block in _blocks(len(source)):
                for index, picture in zip(block, pool.map(source.__getitem__, block), strict=True):
                    same = picture.shape[:2] == (size, size)
                    pixels[index] = picture if same else resize(picture, (size, size), "bilinear")
                progress.advance(len(block))
    finally:
        progress.end()


def _blocks(count: int) -> Iterator[range]:
    for start in range(0, count, _BLOCK):
        yield range(start, min(start + _BLOCK, count))
