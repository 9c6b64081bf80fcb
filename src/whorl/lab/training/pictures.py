"""All pictures of a source and their classes, decoded once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class LabelledPictures:
    """Pictures of one size and what they show.

    Attributes:
        pixels: uint8 (N, S, S, 3), in memory or memory-mapped.
        labels: int64 (N,), positions in `classes`.
        classes: the labels as the source names them.
        name: the source's.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[Label, ...]
    name: str

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def digest(self) -> str:
        """Digest of pixels and labels: 64 hex digits."""
        return digest_bytes(self.pixels.tobytes(), self.labels.tobytes())


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
    return LabelledPictures(decoded(source, size, progress), labels, known, source.name)


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
