"""Our C_T fingerprint: how pictures lie to training, cell by cell, in units of what chance does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered
from whorl.fingerprints.fingerprint import Fingerprint


class CopyingDifferences(FingerprintMethod):
    """Length of the difference of the copying numbers, whitened by their covariance between held-out pictures.

    The numbers are those of `copying_numbers`: mean ranks of each layer, shares in the lower tails, and each
    cell's Mann-Whitney U of every partition. Whitened, two sets of m pictures of one healthy model lie about
    sqrt(2 F / m) apart, which `excess` takes off.
    """

    name = "copying"
    parts = ("copying",)

    def distances(self, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        return np.sqrt(squared(query, known))

    def excess(self, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        """See `FingerprintMethod.excess`."""
        return np.sqrt(np.maximum(squared(query, known) - chance(query, known), 0.0))


def squared(query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """Return the squared distances, float64 (K,)."""
    mine, *others = gathered("copying", query, known)
    return np.asarray(np.square(np.array(others) - mine).sum(axis=1))


def chance(query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """Return what chance adds to the squared distances, float64 (K,), were both sets healthy."""
    features = np.count_nonzero(gathered("copying", query, known).any(axis=0))
    return np.array([features * (1 / query.n_pictures + 1 / each.n_pictures) for each in known])
