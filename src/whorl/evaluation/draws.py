"""Which pictures a query has."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def queries(
    rows: NDArray[np.int64], size: int, *, draws: int, seed: int, name: str
) -> Iterator[NDArray[np.int64]]:
    """Yield `draws` random choices of `size` rows; one where the size is all there are, none where it is more.

    They depend on the seed, the set's name, its rows and the size alone: every method gets the same.
    """
    if size > len(rows):
        return
    for draw in range(1 if size == len(rows) else draws):
        key = [seed, zlib.crc32(name.encode()), zlib.crc32(rows.tobytes()), size, draw]
        yield np.random.default_rng(key).choice(rows, size, replace=False)
