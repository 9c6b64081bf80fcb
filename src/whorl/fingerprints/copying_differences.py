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
    cell's Mann-Whitney U of every partition. Whitened, two sets of m pictures of one healthy model lie about
    sqrt(2 F / m) apart.
    """

    name = "copying"
    parts = ("copying",)

    def distances(
        self, query: Fingerprint, known: Sequence[Fingerprint], *, pictures: int | None = None
    ) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        return root(squared(query, known) + feature_count(query) * more_chance(query, pictures))


def squared(query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """Return the squared distances, float64 (K,)."""
    mine, *others = gathered("copying", query, known)
    return np.asarray(np.square(np.array(others) - mine).sum(axis=1))


def feature_count(query: Fingerprint) -> int:
    """Return F, the number of features that vary: the variance of a picture's whitened numbers, summed."""
    return int(np.count_nonzero(query.parts["copying"]))
