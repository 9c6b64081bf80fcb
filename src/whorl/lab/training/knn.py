"""How well the nearest embeddings tell classes apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.neighbors import k_nearest


def knn_accuracy(
    queries: NDArray[np.floating],
    query_labels: NDArray[np.integer],
    train: NDArray[np.floating],
    train_labels: NDArray[np.integer],
    *,
    k: int = 10,
) -> float:
    """Return the share of queries whose class most of their k nearest training points have.

    Nearest by cosine. Of classes with equally many votes, the one whose nearest vote is nearest wins.

    Args:
        queries: (Q, D) embeddings.
        query_labels: integer (Q,).
        train: (N, D) embeddings, N >= k.
        train_labels: integer (N,), from 0 on.
        k: votes per query.

    Raises:
        ScoreError: shapes do not fit, or a value is not finite.

    >>> points = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
    >>> knn_accuracy(np.array([[2.0, 0.1]]), np.array([4]), points, np.array([4, 4, 1]), k=3)
    1.0
    """
    found = k_nearest(_unit(queries), _unit(train), k=k)
    votes = train_labels[found.index]
    counts = (votes[:, :, None] == votes[:, None, :]).sum(2)
    # argmax takes the first of equals, and votes are ordered from near to far.
    winner = votes[np.arange(len(votes)), counts.argmax(1)]
    return float((winner == query_labels).mean())


def _unit(points: NDArray[np.floating]) -> NDArray[np.float64]:
    wide = points.astype(np.float64)
    norm = np.linalg.norm(wide, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.divide(wide, norm, out=np.zeros_like(wide), where=norm > 0)
    return unit
