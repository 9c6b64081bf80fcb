"""How well clusters of pictures agree with values that models have: NMI and AMI, for many dealings at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NUMBERS = 4_000_000


@dataclass(frozen=True, eq=False)
class Agreement:
    """Two measures of one agreement, float64 (B,), one for each dealing.

    Attributes:
        nmi: mutual information over the mean of both entropies, 0 to 1.
        ami: the same with the mean over dealings of *pictures* subtracted above and below; 0 is chance there.
    """

    nmi: NDArray[np.float64]
    ami: NDArray[np.float64]


def agreement(counts: NDArray[np.int64], codes: NDArray[np.int64]) -> Agreement:
    """Measure the agreement of clusters with each of B dealings of values to models.

    With equally many pictures of every model, entropies and the expected mutual information are the same for
    all dealings, so NMI and AMI are ordered alike and have one p-value. The values are those of scikit-learn's
    `normalized_mutual_info_score` and `adjusted_mutual_info_score` on the labels of the pictures.

    Args:
        counts: (M, K), how many pictures of each model lie in each cluster; every row has one sum.
        codes: (B, M), each model's value from 0 on; every row holds the same values in some order.

    >>> found = agreement(np.array([[9, 1], [8, 2], [1, 9]]), np.array([[0, 0, 1], [0, 1, 0]]))
    >>> bool(found.nmi[0] > found.nmi[1])
    True
    """
    from sklearn.metrics.cluster import expected_mutual_information

    values, total = int(codes.max()) + 1, int(counts.sum())
    first = _crossed(counts, codes[:1], values)[0]
    entropies = _entropy(first.sum(axis=1)) + _entropy(first.sum(axis=0))
    step = max(1, _NUMBERS // (values * counts.size))
    joint = [
        _entropies(_crossed(counts, codes[start : start + step], values))
        for start in range(0, len(codes), step)
    ]
    information = np.maximum(entropies - np.concatenate(joint), 0.0)
    by_chance = float(expected_mutual_information(first.astype(np.int64), total))
    mean = entropies / 2
    return Agreement(information / mean if mean else information, _adjusted(information, mean, by_chance))


def _crossed(counts: NDArray[np.int64], codes: NDArray[np.int64], values: int) -> NDArray[np.float64]:
    """Return (B, V, K): pictures of each value in each cluster."""
    chosen = (codes[:, None, :] == np.arange(values)[None, :, None]).astype(np.float64)
    return np.asarray(chosen @ counts.astype(np.float64))


def _entropies(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([_entropy(table) for table in tables])


def _entropy(counts: NDArray[np.float64]) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _adjusted(information: NDArray[np.float64], mean: float, by_chance: float) -> NDArray[np.float64]:
    room = mean - by_chance
    if abs(room) < np.finfo(float).eps:
        return np.zeros_like(information)
    return np.asarray((information - by_chance) / room)
