"""Pictures of a trained generator as one file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Progress
from whorl.embeddings.progress import progress_for
from whorl.errors import StorageError, WhorlError
from whorl.files import bytes_of, digest_bytes, replacing
from whorl.lab.generators.contract import Generator


@dataclass(frozen=True)
class DrawnPictures:
    """What was drawn.

    Attributes:
        output: the .npz file, uint8 (count, S, S, 3) under `arr_0`.
        architecture: the generator's.
        count: N.
        seed: picture i is a function of (seed, start + i).
        start: the first picture's number.
        digest: of the pixels.
    """

    output: str
    architecture: str
    count: int
    seed: int
    start: int
    digest: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"schema": "whorl-drawn-pictures/1", **asdict(self)}


def draw_pictures(
    generator: Generator,
    output: str | Path,
    *,
    count: int,
    seed: int = 0,
    start: int = 0,
    batch_size: int | None = None,
    progress: bool | Progress = False,
) -> DrawnPictures:
    """Draw pictures into a new .npz file, which `whorl.open_images` opens.

    Args:
        generator: see `load_generator`.
        output: the file; it must not exist.
        count: N.
        seed: of the pictures.
        start: the first picture's number: 0 .. 499 and 500 .. 999 of a seed are different pictures.
        batch_size: pictures per call, the generator's own rows if None; it changes no picture.
        progress: True shows it on stderr.

    Raises:
        StorageError: the file exists, is no .npz, or cannot be written.
        WhorlError: count or batch_size below 1.
    """
    path, at_once = Path(output), generator.rows if batch_size is None else batch_size
    if path.suffix != ".npz":
        raise StorageError(f"pictures are written as .npz; got {path}.")
    if path.exists():
        raise StorageError(f"{path} exists already; choose another -o.")
    if count < 1 or at_once < 1:
        raise WhorlError(f"count and batch_size must be at least 1; got {count} and {at_once}.")
    shown = progress_for(progress)
    drawn = draw_array(generator, count, seed=seed, start=start, batch_size=at_once, progress=shown)
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, drawn)
    return DrawnPictures(str(path), generator.name, count, seed, start, digest_bytes(bytes_of(drawn)))


def draw_array(
    generator: Generator, count: int, *, seed: int, start: int, batch_size: int, progress: Progress
) -> NDArray[np.uint8]:
    """Return the pictures start .. start + count - 1 of a seed, uint8 (count, S, S, 3), drawn in batches."""
    side = generator.image_size
    drawn = np.empty((count, side, side, 3), np.uint8)
    if not count:
        return drawn
    progress.begin(f"draw from {generator.name}", count, 0)
    try:
        for first in range(0, count, batch_size):
            some = min(batch_size, count - first)
            drawn[first : first + some] = generator.sample(some, seed=seed, start=start + first)
            progress.advance(some)
    finally:
        progress.end()
    return drawn
