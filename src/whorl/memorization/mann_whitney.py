"""Z_U, the standardised Mann-Whitney statistic of distances to the training set."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whorl.errors import ScoreError

_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


def z_u(generated_distances: ArrayLike, test_distances: ArrayLike) -> float:
    """Return Z_U of generated against test distances: negative where generated lie closer to training.

    With U = #{(q, p): L(q) > L(p)} + 1/2 #ties over m generated and n test distances,
    Z_U = (U - (n m / 2 - 1/2)) / sqrt(n m (n + m + 1) / 12). The 1/2 is the original code's continuity
    correction, always upward; there is no tie correction. Meehan, Chaudhuri, Dasgupta (AISTATS 2020),
    section 3, as computed by the authors' code.

    Args:
        generated_distances: (m,), distances of generated points to their nearest training point. Only ranks
            count, so squared distances give the same.
        test_distances: (n,), the same of held-out points.

    Raises:
        ScoreError: either side is empty or holds NaN.

    >>> round(z_u([1.0, 2.0], [3.0, 4.0]), 6)
    -1.161895
    """
    q = np.asarray(generated_distances, dtype=np.float64)
    p = np.asarray(test_distances, dtype=np.float64)
    for name, side in (("generated", q), ("test", p)):
        if side.ndim != 1 or side.size == 0 or np.isnan(side).any():
            raise ScoreError(f"Z_U needs at least one {name} distance and no NaN; got shape {side.shape}.")
    return z_u_of_sorted(q, np.sort(p))


def z_u_of_sorted(generated: NDArray[np.float64], test: NDArray[np.float64]) -> float:
    """Return `z_u` of distances (m,) and (n,) without NaN, those of the test side ascending."""
    m, n = generated.size, test.size
    # Twice U, in whole numbers: a pair counts two where q > p, and one where they tie.
    doubled = sum(int(np.searchsorted(test, generated, side=side).sum()) for side in _SIDES)
    return float((doubled / 2 - (n * m / 2 - 0.5)) / math.sqrt(n * m * (n + m + 1) / 12))
