"""Which pictures judge, and which teach: every picture judges once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError


def folds(keys: NDArray[np.uint8], splits: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Deal the pictures of one model to `splits` parts of equal size, copies of one picture to one part.

    Args:
        keys: uint8 (N, 16), digests of the pictures' pixels.
        splits: how many parts.
        rng: decides.

    Returns:
        int64 (N,), each picture's part.

    Raises:
        ScoreError: fewer different pictures than parts.

    >>> keys = np.array([[1], [1], [2], [3], [4]], np.uint8)
    >>> parts = folds(keys, 2, np.random.default_rng(0))
    >>> bool(parts[0] == parts[1]), np.bincount(parts[1:]).tolist()
    (True, [2, 2])
    """
    different, which = np.unique(keys, axis=0, return_inverse=True)
    if len(different) < splits:
        raise ScoreError(f"{splits} splits need as many different pictures; got {len(different)}.")
    parts = rng.permutation(np.arange(len(different)) % splits)
    return np.asarray(parts[which.reshape(-1)], dtype=np.int64)
