"""Several tests at once, whatever their dependence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p-values adjusted so that the chance of any false alarm among them is at most the level.

    The k-th smallest of K is multiplied by K - k + 1, and none is smaller than one before it. Holm, A Simple
    Sequentially Rejective Multiple Test Procedure (Scandinavian Journal of Statistics 1979).

    Args:
        p: float64 (K,).

    >>> holm(np.array([0.02, 0.01, 0.5]))
    array([0.04, 0.03, 0.5 ])
    """
    order = np.argsort(p, kind="stable")
    result = np.empty(len(p))
    result[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(result, 1.0)
