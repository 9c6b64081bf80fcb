"""One layer of T or P as the fit reads it: whole, or block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Embeddings
from whorl.encoders.contract import Layer
from whorl.memorization.workers import in_order

_BLOCK_NUMBERS = 16_000_000
"""Numbers in one block at least: 64 MB in float32. A constant, so that a sum over blocks hangs on T alone."""
_STEP_NUMBERS = 1_000_000
"""Numbers in float64 at once: 8 MB, which a processor's cache still holds."""
_BLOCKS_AT_ONCE = 4
_IN_WORK_BYTES = 400_000_000

Result = TypeVar("Result")


def _silent(count: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Rows:
    """N rows of D floats that need not be in memory.

    Attributes:
        shape: (N, D).
        read: given first and last + 1, returns these rows, every value finite.
        told: told how many rows were gone through, after each block.
    """

    shape: tuple[int, int]
    read: Callable[[int, int], NDArray[np.floating]]
    told: Callable[[int], None] = _silent

    @classmethod
    def of_array(cls, array: NDArray[np.floating], told: Callable[[int], None] = _silent) -> Rows:
        """Wrap an array (N, D).

        >>> import numpy as np
        >>> rows = Rows.of_array(np.eye(3))
        >>> [float(total) for total in rows.map(np.sum)], rows.varies()
        ([3.0], True)
        """
        n, d = array.shape
        return cls((n, d), lambda start, stop: array[start:stop], told)

    @classmethod
    def of_layer(cls, embeddings: Embeddings, layer: Layer, order: NDArray[np.int64]) -> Rows:
        """Wrap one layer of embedded pictures, its rows in the order given."""
        width = embeddings.rows(layer, order[:1]).shape[1]
        return cls((len(order), width), lambda start, stop: embeddings.rows(layer, order[start:stop]))

    def all(self) -> NDArray[np.floating]:
        """Return all of it, (N, D)."""
        return self.read(0, self.shape[0])

    def blocks(self, *, least: int = 1) -> list[tuple[int, int]]:
        """Return the bounds of blocks of nearly equal size, each of at least `least` rows (N where N is less)."""
        n, d = self.shape
        count = max(1, n // max(least, _BLOCK_NUMBERS // max(1, d), 1))
        edges = [n * i // count for i in range(count + 1)]
        return list(pairwise(edges))

    def map(
        self, work: Callable[[NDArray[np.floating]], Result], *, least: int = 1, result_bytes: int = 0
    ) -> Iterator[Result]:
        """Yield `work` of each block in order, several at once.

        Args:
            work: given a block (n, D).
            least: rows in a block at least.
            result_bytes: size of a large result, so that not too many of them are in memory.
        """
        blocks = self.blocks(least=least)
        at_once = _IN_WORK_BYTES // (result_bytes + 5 * self.shape[1] * (blocks[0][1] - blocks[0][0]) + 1)
        done = in_order(
            lambda block: work(self.read(*block)), blocks, most=max(1, min(_BLOCKS_AT_ONCE, at_once))
        )
        for (start, stop), result in zip(blocks, done, strict=True):
            self.told(stop - start)
            yield result

    def varies(self) -> bool:
        """Return whether any two rows differ; reads no further than it must."""
        first = self.read(0, 1)
        return any((self.read(*block) != first).any() for block in self.blocks())


def centred(
    block: NDArray[np.floating], shift: NDArray[np.float64], *, least: int = 1
) -> Iterator[NDArray[np.float64]]:
    """Yield ``block - shift`` in float64 a few rows at a time, each good until the next is asked for.

    A large block has no float64 copy as a whole: it would take longer to make than the products it is for.

    Args:
        block: (n, D).
        shift: (D,).
        least: rows at a time at least.
    """
    n, d = block.shape
    step = max(least, _STEP_NUMBERS // max(1, d), 1)
    buffer = np.empty((min(n, step), d))
    for start in range(0, n, step):
        part = block[start : start + step]
        yield np.subtract(part, shift, out=buffer[: len(part)])
