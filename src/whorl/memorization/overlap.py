"""Pictures that T, P and the generated set share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError


def shared_keys(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    """Return how many rows of `a` (N, 16) are also rows of `b` (M, 16): pictures with equal pixels.

    >>> import numpy as np
    >>> rows = np.arange(48, dtype=np.uint8).reshape(3, 16)
    >>> shared_keys(rows[:2], rows[1:])
    1
    """
    known = {row.tobytes() for row in b}
    return sum(row.tobytes() in known for row in a)


def check_overlap(
    train_keys: NDArray[np.uint8], test_keys: NDArray[np.uint8], first_layer_distances: NDArray[np.float64]
) -> str | None:
    """Return a warning where P shares pictures with T, None where it does not.

    Args:
        train_keys: uint8 (N, 16) of T.
        test_keys: uint8 (n, 16) of P.
        first_layer_distances: float64 (n,), from P to T at the first layer; 0 tells a copy in another file
            format, which has other pixels' digest only if it differs.

    Raises:
        ScoreError: every picture of P is in T, so nothing is held out.
    """
    n = len(test_keys)
    count = max(shared_keys(test_keys, train_keys), int((first_layer_distances == 0).sum()))
    if count == n:
        raise ScoreError(
            f"all {n} held-out pictures are also training pictures, so nothing is held out and C_T has no "
            "meaning. Give pictures the model was not trained on, or take a share out of training "
            "with --split 0.2 (split=0.2)."
        )
    if count == 0:
        return None
    return (
        f"{count:,} of {n:,} held-out pictures are also training pictures. Each lies at distance 0, which "
        "biases C_T upward and hides copying; remove them from one side and build the Reference again."
    )
