"""How near to training one set of pictures lies compared with another: the difference of their mean placements.

A picture's placement is the share of the held-out pictures of its cell that are nearer to training than it is,
ties counted half (Orban and Wolfe, A Class of Distribution-Free Two-Sample Tests Based on Placements, JASA 1982).
The held-out pictures are the scale that both sets are read from. Unlike C_T, which grows with the number of
pictures, the difference of two mean placements does not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.evidence.mean_rank import CellDistances

_DIGITS = 12


def placements(part: CellDistances, generated: int) -> NDArray[np.float64]:
    """Return the placements of the generated pictures among the held-out ones of their cells, between 0 and 1.

    Args:
        part: distances of m generated pictures, followed by those of n held-out ones.
        generated: m.

    Returns:
        float64 (m,); 0.5 in a cell without training or held-out pictures, which counts for nothing.

    >>> cells = np.zeros(5, int)
    >>> placements(CellDistances(np.array([0.5, 2.0, 1.0, 2.0, 3.0]), cells, np.ones(1, bool)), 2)
    array([0. , 0.5])
    """
    result = np.full(generated, 0.5)
    cells, held_out = part.cells[:generated], part.cells[generated:]
    for cell in np.flatnonzero(held_out_counts(part, generated)):
        inside = cells == cell
        scale = np.sort(part.distances[generated:][held_out == cell])
        nearer, as_near = (
            np.searchsorted(scale, part.distances[:generated][inside], side) for side in ("left", "right")
        )
        result[inside] = (nearer + as_near) / (2 * len(scale))
    return result


def held_out_counts(part: CellDistances, generated: int) -> NDArray[np.float64]:
    """Return how many held-out pictures each cell holds, 0 for a cell without training pictures: float64 (K,)."""
    counts = np.bincount(part.cells[generated:], minlength=len(part.scored))
    return np.asarray(np.where(part.scored, counts, 0), np.float64)


class PlacementDifference:
    """The first set's mean placement minus the second's, as a function of sums over the first set's pictures.

    Within each cell that holds pictures of both, mean minus mean; over these cells, the mean weighted by their
    held-out pictures. Negative: the first set lies nearer to training.

    Args:
        placed: float64 (m,), placements of the pictures of both sets.
        cells: integer (m,).
        held_out: float64 (K,), see `held_out_counts`.
    """

    def __init__(
        self, placed: NDArray[np.float64], cells: NDArray[np.integer], held_out: NDArray[np.float64]
    ) -> None:
        counting = np.flatnonzero(held_out)
        inside = cells[:, None] == counting
        self._placed, self._inside, self._mass = placed, inside, held_out[counting]
        self.features = np.concatenate([inside, inside * placed[:, None]], axis=1)
        """float64 (m, 2 K'): whether a picture is in each cell that counts, and its placement there."""
        self._totals = self.features.sum(axis=0)

    def statistic(self, sums: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the difference of every division: float64 (1 + B,), NaN where no cell holds both.

        Args:
            sums: float64 (1 + B, 2 K'), of the features over each division's first set.
        """
        counts, placed = np.split(sums, 2, axis=1)
        others, others_placed = np.split(self._totals - sums, 2, axis=1)
        weights = np.where((counts > 0) & (others > 0), self._mass, 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            gaps = np.where(weights > 0, placed / counts - others_placed / others, 0)
            # Equal differences must compare as equal: the order of additions tells in the sixteenth digit.
            return np.asarray(np.round((weights * gaps).sum(1) / weights.sum(1), _DIGITS))

    def influences(self, first: int) -> NDArray[np.float64]:
        """Return how much each picture moves the difference by not being its set's average: float64 (m,).

        With the sets as samples and their numbers in each cell as given, the squares add up to the variance of
        the difference (each set's own spread in each cell, unbiased); those of the mean over several partitions,
        to the variance of that mean. A set with one picture in a cell is given the spread of both.

        Args:
            first: how many pictures are the first set's; they come first.
        """
        result = np.zeros(len(self._placed))
        first_set = np.arange(len(result)) < first
        both = self._inside[:first].any(axis=0) & self._inside[first:].any(axis=0)
        for cell in np.flatnonzero(both):
            weight = self._mass[cell] / self._mass[both].sum()
            for its, sign in ((first_set, 1), (~first_set, -1)):
                own = self._inside[:, cell] & its
                known = own if own.sum() > 1 else self._inside[:, cell]
                centred = self._placed[own] - self._placed[known].mean()
                unbiased = np.sqrt(known.sum() / (known.sum() - 1))
                result[own] = sign * weight * unbiased * centred / own.sum()
        return result
