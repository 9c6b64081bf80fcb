"""Z_U, the standardised Mann-Whitney statistic of distances to the training set."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from whorl.errors import ScoreError


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
    m, n = q.size, p.size
    ranks = stats.rankdata(np.concatenate((q, p)))
    u = ranks[:m].sum() - m * (m + 1) / 2
    return float((u - (n * m / 2 - 0.5)) / math.sqrt(n * m * (n + m + 1) / 12))
