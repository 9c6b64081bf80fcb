"""Collecting what an encoder gives into one shard, its rows in the source's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.embeddings import KEY_BYTES
from whorl.embeddings.prepared import Prepared
from whorl.embeddings.store import Shard
from whorl.encoders.contract import Layer


class ShardBuilder:
    """Collects one shard; nothing of it is left when the next one begins.

    Args:
        layers: the encoder's.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers
        self._rows: list[int] = []
        self._parts: dict[Layer, list[NDArray[np.float32]]] = {layer: [] for layer in layers}
        self._keys: list[bytes] = []
        self._failures: list[tuple[int, str]] = []
        self.digests: list[str] = []
        """What the pictures were stored as when they were read."""

    def expect(self, prepared: Prepared) -> int:
        """Take everything but the embeddings of some more pictures; return the position of the first."""
        first = len(self._keys)
        self._keys += prepared.keys
        self.digests += prepared.digests
        self._failures += [(first + position, error.reason) for position, error in prepared.errors.items()]
        return first

    def add(self, rows: Sequence[int], outputs: Mapping[Layer, NDArray[np.float32]]) -> None:
        """Add the embeddings of the pictures at positions `rows`: for each layer float32 (n, D)."""
        self._rows += rows
        for layer, output in outputs.items():
            self._parts[layer].append(output)

    def finish(self) -> Shard:
        """Return the shard."""
        rows = np.array(self._rows, dtype=np.int64)
        order = np.argsort(rows)
        keys = np.frombuffer(b"".join(self._keys[row] for row in rows[order]), dtype=np.uint8)
        arrays = {layer: self._array(layer, order) for layer in self._layers}
        return Shard(rows[order], keys.reshape(-1, KEY_BYTES), arrays, tuple(self._failures))

    def _array(self, layer: Layer, order: NDArray[np.int64]) -> NDArray[np.float32]:
        parts = self._parts[layer]
        if not parts:
            return np.empty((0, 0), dtype=np.float32)
        array = np.concatenate(parts)
        # Batches of one shape come in order, the usual case.
        return array if (np.diff(order) == 1).all() else array[order]
