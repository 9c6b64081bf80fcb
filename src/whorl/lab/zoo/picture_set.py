"""The pictures of one model of a zoo: taken as they are, completed, or drawn."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Progress
from whorl.errors import StorageError
from whorl.files import bytes_of, digest_bytes, replacing
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.contract import Generator
from whorl.lab.generators.recipe import GeneratorRecipe
from whorl.lab.generators.sample import draw_array

SCHEMA = "whorl-zoo-pictures/1"
_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
_SAME = 0.5  # mean difference in grey levels: other machines may round a few values by one


@dataclass(frozen=True)
class Origin:
    """What decides every picture of a set, but for their number.

    Attributes:
        architecture: the model's.
        size: the model's.
        weights: digest of its averaged weights.
        seed: picture i is a function of (seed, i) and the weights.
        drawing: how the architecture draws, see `GeneratorArchitecture`.
    """

    architecture: str
    size: str
    weights: str
    seed: int
    drawing: int

    @classmethod
    def now(cls, recipe: GeneratorRecipe, weights: str, *, seed: int | None = None) -> Self:
        """Return the origin of pictures that a model would draw now.

        Args:
            recipe: the model's.
            weights: their digest.
            seed: of the pictures; None for the recipe's own.
        """
        drawing = architecture_named(recipe.architecture).drawing
        return cls(recipe.architecture, recipe.size, weights, recipe.seed if seed is None else seed, drawing)


@dataclass(frozen=True, eq=False)
class StoredSet:
    """What a file of pictures holds.

    Attributes:
        pixels: uint8 (N, S, S, 3).
        recipe: what it says of itself; None where `whorl lab sample` wrote it.
    """

    pixels: NDArray[np.uint8]
    recipe: Mapping[str, Any] | None


def ensure_pictures(
    path: Path, origin: Origin, load: Callable[[], Generator], *, count: int, progress: Progress
) -> str:
    """Make sure that a file holds a model's first `count` pictures, and return the digest of their pixels.

    A set that is there and sound is left alone. Of a smaller one, the missing pictures are drawn. One that
    `whorl lab sample` wrote says not what drew it: its first pictures are drawn again and compared, and the
    recipe is added.

    Args:
        path: the .npz file: `arr_0` uint8 (N, S, S, 3), and `recipe`, JSON.
        origin: of the pictures.
        load: gives the generator, and is called only if something is to be drawn.
        count: N.
        progress: told about each picture drawn.

    Raises:
        StorageError: the file holds more pictures, those of another model or seed, or is damaged; it is left
            as it was.
    """
    found = read_set(path) if path.exists() else None
    have = 0 if found is None else len(found.pixels)
    if have > count:
        raise StorageError(
            f"{path} holds {have:,} pictures, and this zoo's sets have {count:,}; give --pictures {have} "
            "(pictures), or take the file out."
        )
    if found is not None and found.recipe is not None:
        _check_recipe(path, found, origin)
        if have == count:
            return digest_bytes(bytes_of(found.pixels))
    generator = load()
    if found is not None and found.recipe is None:
        _check_drawn(path, found.pixels, generator, origin)
    rest = draw_array(
        generator, count - have, seed=origin.seed, start=have, batch_size=generator.rows, progress=progress
    )
    return write_set(path, rest if found is None else np.concatenate([found.pixels, rest]), origin)


def write_set(path: Path, pixels: NDArray[np.uint8], origin: Origin) -> str:
    """Write the first pictures of a model, uint8 (N, S, S, 3), and return the digest of their pixels.

    Raises:
        StorageError: the file cannot be written.
    """
    digest = digest_bytes(bytes_of(pixels))
    recipe = {"schema": SCHEMA, **asdict(origin), "start": 0, "count": len(pixels), "digest": digest}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, arr_0=pixels, recipe=np.array(json.dumps(recipe)))
    return digest


def read_set(path: Path) -> StoredSet:
    """Read a file of pictures.

    Raises:
        StorageError: it is damaged, or holds something else.
    """
    try:
        with zipfile.ZipFile(path):  # refuses what np.load would take for an array, or unpickle
            pass
        with np.load(path, allow_pickle=False) as arrays:
            pixels = np.ascontiguousarray(arrays["arr_0"])
            recipe = json.loads(str(arrays["recipe"])) if "recipe" in arrays.files else None
    except _BROKEN as error:
        raise StorageError(
            f"{path} cannot be read as a set of pictures ({error}); remove it, and they are drawn anew."
        ) from error
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[-1] != 3:
        raise StorageError(
            f"{path} holds {pixels.dtype} {pixels.shape}; expected uint8 (N, S, S, 3). Remove it, and the "
            "pictures are drawn anew."
        )
    return StoredSet(pixels, recipe)


def _check_recipe(path: Path, found: StoredSet, origin: Origin) -> None:
    # Files of before there was more than one way to draw do not name theirs.
    said = {"drawing": 1, **(found.recipe if isinstance(found.recipe, dict) else {})}
    expected = {"schema": SCHEMA, **asdict(origin), "start": 0}
    differing = [
        f"{name} ({_short(said.get(name))} there, {_short(value)} here)"
        for name, value in expected.items()
        if said.get(name) != value
    ]
    if differing:
        raise StorageError(
            f"{path} holds pictures of another origin: they differ in {', '.join(differing)}. Remove it, and "
            "the pictures are drawn anew, or give another -o."
        )
    if said.get("count") != len(found.pixels) or said.get("digest") != digest_bytes(bytes_of(found.pixels)):
        raise StorageError(
            f"{path} is damaged: its {len(found.pixels):,} pictures are not those that its recipe names "
            f"({said.get('count')}). Remove it, and they are drawn anew."
        )


def _check_drawn(path: Path, pixels: NDArray[np.uint8], generator: Generator, origin: Origin) -> None:
    some = min(len(pixels), generator.rows)
    drawn = generator.sample(some, seed=origin.seed)
    alike = drawn.shape == pixels[:some].shape
    if not alike or np.abs(drawn.astype(np.int16) - pixels[:some]).mean() > _SAME:
        raise StorageError(
            f"{path} says not where its pictures come from, and its first {some} are not those that "
            f"{origin.architecture} draws with seed {origin.seed}. Remove it, and they are drawn anew, or "
            "give another -o."
        )


def _short(value: Any) -> str:
    text = str(value)
    return f"{text[:12]}..." if len(text) > 40 else text
