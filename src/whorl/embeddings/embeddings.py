"""Embeddings of a set of pictures, read one layer at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.files import digest_bytes

KEY_BYTES = 16
PIXELS = "pixels"
_SCAN_ROWS = 4096
"""Rows looked at together where a whole set is gone through."""


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
        read: given a layer and row numbers, int64 (n,), gives float32 (n, D), holding no more than that.
        skipped: the pictures left out, with reasons.
        source: what the pictures came from, as the user named it.
        keys_of: what the keys are digests of; only keys of the same kind can be compared.
        encoder: the encoder's digest; empty for embeddings made elsewhere.
        picture_size: (height, width) that every picture was held to before it was encoded; None where they may
            have had any size.
    """

    ids: tuple[str, ...]
    keys: NDArray[np.uint8]
    layers: tuple[Layer, ...]
    read: Callable[[Layer, NDArray[np.int64]], NDArray[np.float32]] = field(repr=False)
    skipped: tuple[SkippedPicture, ...] = ()
    source: str = ""
    keys_of: str = PIXELS
    encoder: str = ""
    picture_size: tuple[int, int] | None = None

    def __len__(self) -> int:
        """Return N."""
        return len(self.ids)

    def layer(self, layer: Layer) -> NDArray[np.float32]:
        """Return one layer, float32 (N, D), every value finite.

        Raises:
            ScoreError: there is no such layer, or it holds NaN or infinity.
        """
        return self.rows(layer, np.arange(len(self)))

    def rows(self, layer: Layer, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return some rows of one layer, float32 (len(rows), D), every value finite.

        Args:
            layer: which.
            rows: int64 (n,), row numbers in any order.

        Raises:
            ScoreError: there is no such layer, or these rows hold NaN or infinity.

        >>> import numpy as np
        >>> from_arrays({1: np.eye(3)}).rows(1, np.array([2, 0]))
        array([[0., 0., 1.],
               [1., 0., 0.]], dtype=float32)
        """
        if layer not in self.layers:
            raise ScoreError(f"no layer {layer!r}; there are {', '.join(map(str, self.layers))}.")
        values = self.read(layer, rows)
        if not np.isfinite(values).all():
            raise self._not_finite(layer)
        return values

    def _not_finite(self, layer: Layer) -> ScoreError:
        """Say how many pictures of the whole set are concerned, whichever rows were asked for."""
        broken = []
        for start in range(0, len(self), _SCAN_ROWS):
            rows = np.arange(start, min(start + _SCAN_ROWS, len(self)))
            broken += rows[~np.isfinite(self.read(layer, rows)).all(axis=1)].tolist()
        return ScoreError(
            f"layer {layer} holds NaN or infinity for {len(broken)} of {len(self)} pictures, the first is "
            f"{self.ids[broken[0]]}. Look at that picture, or encode in float32."
        )

    def content(self) -> str:
        """Return a digest of which pictures these are, whatever their order."""
        ordered = self.keys[self.canonical_order()]
        length = np.frombuffer(KEY_BYTES.to_bytes(8, "little"), dtype=np.uint8)
        # digest_bytes of every row, without a Python object for each.
        return sha256(np.hstack((np.tile(length, (len(self), 1)), ordered)).data).hexdigest()

    def canonical_order(self) -> NDArray[np.int64]:
        """Return the permutation that sorts the rows by key, so that results do not hang on file order.

        Rows with equal keys keep their order.
        """
        halves = np.ascontiguousarray(self.keys).view(">u8")
        return np.lexsort((halves[:, 1], halves[:, 0]))


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
    held = {_layer(name): np.asarray(array) for name, array in arrays.items()}
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
    kind = f"rows of layers {ordered!r}"
    read = _ArrayRows(held)
    keys = np.empty((n, KEY_BYTES), dtype=np.uint8)
    for start in range(0, n, _SCAN_ROWS):
        rows = np.arange(start, min(start + _SCAN_ROWS, n))
        keys[rows] = _row_keys([read(layer, rows) for layer in ordered])
    return Embeddings(names, keys, _sorted(held), read, source=source, keys_of=kind)


@dataclass(frozen=True)
class _ArrayRows:
    """Rows of arrays, converted when they are asked for: a large one may lie on disk, and stay there."""

    arrays: Mapping[Layer, NDArray[np.floating]]

    def __call__(self, layer: Layer, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        whole = len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows)))
        chosen = slice(rows[0], rows[0] + len(rows)) if whole else rows  # a slice needs no copy
        return np.ascontiguousarray(self.arrays[layer][chosen], dtype=np.float32)


def _row_keys(layers: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """Return the first 16 bytes of the digest of each row of all layers, uint8 (n, 16)."""
    digests = (digest_bytes(*(row.tobytes() for row in rows)) for rows in zip(*layers, strict=True))
    joined = b"".join(bytes.fromhex(digest[: 2 * KEY_BYTES]) for digest in digests)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, KEY_BYTES)


def _layer(name: object) -> Layer:
    if isinstance(name, str):
        return name
    if isinstance(name, int | np.integer) and not isinstance(name, bool):
        return int(name)
    raise ScoreError(f"a layer's name is a number or a word; got {name!r}.")


def _sorted(layers: Mapping[Layer, object]) -> tuple[Layer, ...]:
    numbers = [layer for layer in layers if isinstance(layer, int)]
    return tuple(sorted(numbers)) if len(numbers) == len(layers) else tuple(layers)
