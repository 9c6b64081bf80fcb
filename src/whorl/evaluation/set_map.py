"""Where sets lie to each other, on a plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def on_a_plane(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (S, 2) whose distances are as near as can be to distances (S, S).

    Classical scaling: the two largest eigenvectors of -1/2 J D^2 J (Torgerson, Psychometrika 17, 1952). The sign
    is chosen so that the point farthest out is positive on each axis.

    >>> square = np.array([[0, 3, 4], [3, 0, 5], [4, 5, 0]], float)
    >>> points = on_a_plane(square)
    >>> np.linalg.norm(points[:, None] - points, axis=2).round(6).tolist()
    [[0.0, 3.0, 4.0], [3.0, 0.0, 5.0], [4.0, 5.0, 0.0]]
    """
    n = len(distances)
    centring = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-centring @ np.square(distances) @ centring / 2)
    points = np.zeros((n, 2))
    for axis in range(min(2, n)):
        along = vectors[:, -1 - axis] * np.sqrt(max(0.0, values[-1 - axis]))
        points[:, axis] = along * (np.sign(along[np.abs(along).argmax()]) or 1.0)
    return points
