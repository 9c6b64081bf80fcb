"""Which pictures a query has."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.trials import Trial


def queries(
    rows: NDArray[np.int64], size: int, *, draws: int, seed: int, name: str
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield `draws` random choices of `size` rows with their numbers; one where the size is all there are.

    None where the size is more. Single pictures are not drawn: each is asked once, and its number is its row, so
    that a picture is known again in another split. Choices depend on the seed, the set's name, its rows and the
    size alone: every method gets the same.

    >>> [draw for draw, _ in queries(np.array([7, 3]), 1, draws=20, seed=0, name="a")]
    [7, 3]
    """
    if size > len(rows):
        return
    if size == 1:
        yield from ((int(row), np.array([row])) for row in rows)
        return
    for draw in range(1 if size == len(rows) else draws):
        key = [seed, zlib.crc32(name.encode()), zlib.crc32(rows.tobytes()), size, draw]
        yield draw, np.random.default_rng(key).choice(rows, size, replace=False)


def largest_run(trial: Trial, sizes: Sequence[int]) -> int:
    """Return the largest of some sizes that any query of a trial can have; 0 for none."""
    longest = max(map(len, trial.queries.values()), default=0)
    return max((size for size in sizes if size <= longest), default=0)
