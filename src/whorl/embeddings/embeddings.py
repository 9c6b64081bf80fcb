"""Embeddings of a set of pictures, read one layer at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.files import digest_bytes

KEY_BYTES = 16
PIXELS = "pixels"


@dataclass(frozen=True)
class SkippedPicture:
    """A picture that could not be read.

    Attributes:
        id: its id in the source.
        reason: why not.
    """

    id: str
    reason: str


@dataclass(frozen=True)
class Embeddings:
    """What an encoder made of N pictures. Rows follow the source's order, unreadable pictures left out.

    Attributes:
        ids: N ids.
        keys: uint8 (N, 16), a digest of each picture's pixels (of its embedding where there is no picture):
            equal pictures have equal keys, whatever file they came from.
        layers: from shallow to deep.
        load: gives one layer's float32 (N, D), reading no other layer.
        skipped: the pictures left out, with reasons.
        source: what the pictures came from, as the user named it.
        keys_of: what the keys are digests of; only keys of the same kind can be compared.
    """

    ids: tuple[str, ...]
    keys: NDArray[np.uint8]
    layers: tuple[Layer, ...]
    load: Callable[[Layer], NDArray[np.float32]] = field(repr=False)
    skipped: tuple[SkippedPicture, ...] = ()
    source: str = ""
    keys_of: str = PIXELS

    def __len__(self) -> int:
        """Return N."""
        return len(self.ids)

    def layer(self, layer: Layer) -> NDArray[np.float32]:
        """Return one layer, float32 (N, D), every value finite.

        Raises:
            ScoreError: there is no such layer, or it holds NaN or infinity.
        """
        if layer not in self.layers:
            raise ScoreError(f"no layer {layer!r}; there are {', '.join(map(str, self.layers))}.")
        values = self.load(layer)
        finite = np.isfinite(values).all(axis=1)
        if not finite.all():
            rows = np.flatnonzero(~finite)
            raise ScoreError(
                f"layer {layer} holds NaN or infinity for {len(rows)} of {len(self)} pictures, the first is "
                f"{self.ids[rows[0]]}. Look at that picture, or encode in float32."
            )
        return values

    def content(self) -> str:
        """Return a digest of which pictures these are, whatever their order."""
        return digest_bytes(*sorted(row.tobytes() for row in self.keys))

    def canonical_order(self) -> NDArray[np.int64]:
        """Return the permutation that sorts the rows by key, so that results do not hang on file order."""
        return np.array(sorted(range(len(self)), key=lambda i: self.keys[i].tobytes()), dtype=np.int64)


def from_arrays(
    arrays: Mapping[Layer, NDArray[np.floating]], *, ids: Sequence[str] | None = None, source: str = "arrays"
) -> Embeddings:
    """Wrap embeddings made elsewhere.

    Args:
        arrays: for each layer, floats (N, D); N the same for all. Values are used as float32.
        ids: N names; the row numbers when None.
        source: what to call them in messages.

    Raises:
        ScoreError: nothing given, or shapes that do not fit.

    >>> import numpy as np
    >>> len(from_arrays({1: np.zeros((5, 3)), 2: np.ones((5, 4))}))
    5
    """
    if not isinstance(arrays, Mapping) or not arrays:
        raise ScoreError(
            f"{source}: expected {{layer: (N, D) array}} with at least one layer; got {type(arrays).__name__}."
        )
    held = {_layer(name): np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}
    shapes = {layer: array.shape for layer, array in held.items()}
    if (
        any(len(shape) != 2 or 0 in shape for shape in shapes.values())
        or len({shape[0] for shape in shapes.values()}) > 1
    ):
        raise ScoreError(
            f"{source}: expected non-empty (N, D) arrays with one N for all layers; got {shapes}."
        )
    n = next(iter(shapes.values()))[0]
    names = tuple(ids) if ids is not None else tuple(str(i) for i in range(n))
    if len(names) != n:
        raise ScoreError(f"{source}: {len(names)} ids for {n} rows.")
    # In an order of their own, so that the order in which layers are given decides nothing.
    ordered = sorted(held, key=repr)
    keys = np.empty((n, KEY_BYTES), dtype=np.uint8)
    for row in range(n):
        digest = bytes.fromhex(digest_bytes(*(held[layer][row].tobytes() for layer in ordered)))
        keys[row] = np.frombuffer(digest[:KEY_BYTES], dtype=np.uint8)
    kind = f"rows of layers {ordered!r}"
    return Embeddings(names, keys, _sorted(held), held.__getitem__, source=source, keys_of=kind)


def _layer(name: object) -> Layer:
    if isinstance(name, str):
        return name
    if isinstance(name, int | np.integer) and not isinstance(name, bool):
        return int(name)
    raise ScoreError(f"a layer's name is a number or a word; got {name!r}.")


def _sorted(layers: Mapping[Layer, object]) -> tuple[Layer, ...]:
    numbers = [layer for layer in layers if isinstance(layer, int)]
    return tuple(sorted(numbers)) if len(numbers) == len(layers) else tuple(layers)
