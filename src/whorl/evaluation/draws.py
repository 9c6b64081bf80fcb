"""Which pictures a query has."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.trials import Trial


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


def largest_run(trial: Trial, sizes: Sequence[int]) -> int:
    """Return the largest of some sizes that any query of a trial can have; 0 for none."""
    longest = max(map(len, trial.queries.values()), default=0)
    return max((size for size in sizes if size <= longest), default=0)
