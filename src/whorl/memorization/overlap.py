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
    if not len(a) or not len(b):
        return 0
    # Half of each digest says at once of nearly all of `b` that they are not in `a`.
    few, many = np.sort(_halves(a)), _halves(b)
    alike = few[np.searchsorted(few, many).clip(max=len(few) - 1)] == many
    known = {row.tobytes() for row in b[alike]}
    return sum(row.tobytes() in known for row in a)


def _halves(keys: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the first eight bytes of each digest as one number."""
    return np.ascontiguousarray(keys[:, :8]).view(np.uint64)[:, 0]


def check_overlap(count: int, n: int) -> str | None:
    """Return a warning where P shares pictures with T, None where it does not.

    Args:
        count: pictures of P that are also in T.
        n: pictures of P.

    Raises:
        ScoreError: every picture of P is in T, so nothing is held out.
    """
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
