"""Which pictures are in which step of an epoch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def batches(count: int, batch_size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Return one epoch's batches: all pictures in a random order, each once.

    The last batch may be smaller. A single picture left over joins the batch before it, since batch
    normalisation knows no spread of one.

    Args:
        count: N, at least 2.
        batch_size: pictures per batch.
        rng: draws the order.

    Returns:
        int64 arrays, which together hold 0 .. N - 1.

    >>> [len(batch) for batch in batches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    >>> [len(batch) for batch in batches(9, 4, np.random.default_rng(0))]
    [4, 5]
    """
    starts = np.arange(batch_size, count, batch_size)
    if batch_size > 1 and count % batch_size == 1:
        starts = starts[:-1]
    return np.split(rng.permutation(count), starts)
