"""Which queries are pictures of the manifold themselves, told by their keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.neighbors import Neighbors, k_nearest, nearest


@dataclass(frozen=True, eq=False)
class Copies:
    """Where the real pictures stand that have a query's own pixels.

    Attributes:
        first: int64 (Q,), row of the first of them; N where there is none.
        count: int64 (Q,), how many there are, one row after the other.
    """

    first: NDArray[np.int64]
    count: NDArray[np.int64]

    @classmethod
    def find(cls, queries: NDArray[np.uint8], real: NDArray[np.uint8]) -> Copies:
        """Look keys (Q, 16) up among those of real pictures (N, 16), in which equal ones stand together.

        >>> keys = np.repeat(np.arange(3, dtype=np.uint8), 16).reshape(3, 16)
        >>> Copies.find(keys[[2, 0]], keys[[0, 1, 1]]).count
        array([0, 1])
        """
        starts = np.flatnonzero(np.any(np.diff(real.astype(np.int16), axis=0, prepend=-1), axis=1))
        counts = np.diff(starts, append=len(real))
        known = {real[row].tobytes(): place for place, row in enumerate(starts)}
        places = [known.get(key.tobytes(), -1) for key in queries]
        first = np.append(starts, len(real))[places]
        return cls(first.astype(np.int64), np.append(counts, 0)[places].astype(np.int64))

    def nearest_other(self, queries: NDArray[np.float32], real: NDArray[np.float32]) -> Neighbors:
        """Find each query's nearest real picture that is no copy of it, exactly; the lowest row among equals.

        Equivalent to ``scipy.spatial.distance.cdist(queries, real)`` in float64 with the copies at infinity, and
        its argmin along axis 1.

        Args:
            queries: float32 (Q, D).
            real: float32 (N, D).

        Raises:
            ScoreError: shapes do not fit, or a value is not finite.
        """
        index, distance = np.empty(len(queries), dtype=np.int64), np.empty(len(queries))
        for count in np.unique(self.count):
            rows = np.flatnonzero(self.count == count)
            if count == 0:
                found = nearest(queries[rows], real)
                index[rows], distance[rows] = found.index, found.distance
                continue
            # Of the nearest count + 1, at most count are copies, wherever rounding in the encoder has put them.
            near = k_nearest(queries[rows], real, k=int(count) + 1)
            first = self.first[rows, None]
            other = (near.index < first) | (near.index >= first + count)
            pick = np.arange(len(rows)), other.argmax(axis=1)
            index[rows], distance[rows] = near.index[pick], near.distance[pick]
        return Neighbors(index=index, distance=distance)

    def none(self) -> Copies:
        """Return the same queries with no copy to leave out."""
        return Copies(self.first, np.zeros_like(self.count))


def check_comparable(keys_of: str, manifold_keys_of: str) -> None:
    """Refuse to leave self out where keys tell nothing.

    Raises:
        ScoreError: keys of another kind than the manifold's.
    """
    if keys_of != manifold_keys_of:
        raise ScoreError(
            f"these embeddings have keys of {keys_of}, the manifold keys of {manifold_keys_of}, so nobody can "
            "tell which of them are pictures of the manifold. Give pictures, or say leave_self_out=False where "
            "you know that none is."
        )
