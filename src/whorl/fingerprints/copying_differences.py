"""Our C_T fingerprint: how pictures lie to training, cell by cell, in units of what chance does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered, more_chance, root
from whorl.fingerprints.fingerprint import Fingerprint


class CopyingDifferences(FingerprintMethod):
    """Length of the difference of the copying numbers, whitened by their covariance between held-out pictures.

    The numbers are those of `copying_numbers`: mean ranks of each layer, shares in the lower tails, and each
    cell's Mann-Whitney U of every partition.
    """

    name = "copying"
    parts = ("copying", "chance")

    def distances(
        self, query: Fingerprint, known: Sequence[Fingerprint], *, pictures: int | None = None
    ) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        return root(squared(query, known) + copying_variance(query) * more_chance(query, pictures))


def squared(query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """Return the squared distances, float64 (K,)."""
    mine, *others = gathered("copying", query, known)
    return np.asarray(np.square(np.array(others) - mine).sum(axis=1))


def copying_variance(query: Fingerprint) -> float:
    """Return the variance of a picture's whitened copying numbers, summed."""
    return float(gathered("chance", query, [query])[0, 0])
