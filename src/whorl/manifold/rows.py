"""Features (N, D) of real pictures: in memory while they are few, else mapped from a file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Embeddings
from whorl.encoders.contract import Layer
from whorl.errors import StorageError

IN_MEMORY = 256_000_000
"""Bytes of all layers together that stay in memory."""
_BLOCK = 8_000_000
"""Numbers read at once on the way to a file: 32 MB."""
_FLOAT32 = np.dtype("<f4")
TENSOR = "features"


def gathered(held: Embeddings, *, in_memory: int = IN_MEMORY) -> Mapping[Layer, NDArray[np.float32]]:
    """Return every layer with its rows in the order of the keys: float32 (N, D), read-only.

    Args:
        held: N pictures.
        in_memory: bytes. When all layers together are larger, each goes to a temporary file without a name, of
            which only what is looked at is in memory; it vanishes with the process.

    Raises:
        ScoreError: NaN or infinity.
        StorageError: the temporary folder is full.

    >>> from whorl.embeddings import from_arrays
    >>> rows = gathered(from_arrays({1: np.eye(3)}), in_memory=0)[1]
    >>> rows.shape, float(rows.sum())
    ((3, 3), 3.0)
    """
    order = held.canonical_order()
    widths = {layer: held.rows(layer, order[:1]).shape[1] for layer in held.layers}
    if 4 * len(held) * sum(widths.values()) > in_memory:
        return {layer: _filed(held, layer, order, width) for layer, width in widths.items()}
    found = {layer: held.rows(layer, order) for layer in held.layers}
    for rows in found.values():
        rows.setflags(write=False)
    return found


def _filed(held: Embeddings, layer: Layer, order: NDArray[np.int64], width: int) -> NDArray[np.float32]:
    try:
        with tempfile.TemporaryFile(prefix="whorl-") as file:
            for part in _blocks(len(order), width):
                file.write(np.ascontiguousarray(held.rows(layer, order[part]), dtype=_FLOAT32).data)
            file.flush()
            return np.asarray(np.memmap(file, dtype=_FLOAT32, mode="r", shape=(len(order), width)))
    except OSError as error:
        raise StorageError(
            f"could not write {4 * len(order) * width:,} bytes to {tempfile.gettempdir()}: "
            f"{error.strerror or error}. Point TMPDIR to a folder with more room, or fit fewer layers."
        ) from error


def _blocks(n: int, width: int) -> Iterator[slice]:
    step = max(1, _BLOCK // max(1, width))
    return (slice(start, start + step) for start in range(0, n, step))


def mapped(path: Path) -> NDArray[np.float32]:
    """Return the features in a safetensors file, float32 (N, D), as a read-only memory map.

    Raises:
        ValueError: the file does not hold them.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > size - 8:
            raise ValueError("its header is longer than the file")
        entry = json.loads(file.read(length))[TENSOR]
    (n, width), (start, stop) = entry["shape"], entry["data_offsets"]
    if entry["dtype"] != "F32" or stop - start != 4 * n * width or 8 + length + stop != size:
        raise ValueError(f"it does not hold {TENSOR} as float32 (N, D)")
    return np.asarray(np.memmap(path, dtype=_FLOAT32, mode="r", offset=8 + length + start, shape=(n, width)))
