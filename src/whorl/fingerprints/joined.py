"""Contents and copying together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod
from whorl.fingerprints.copying_differences import chance, squared
from whorl.fingerprints.early_means import EarlyMeans
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.mean_noise import mean_noise


class Joined(FingerprintMethod):
    """Root of the squares of early means and copying differences, weighted to carry equal noise."""

    name = "joined"
    parts = (*EarlyMeans.parts, "copying")

    def distances(self, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        return np.sqrt(
            np.square(EarlyMeans().distances(query, known)) + _weight(query, known) * squared(query, known)
        )

    def excess(self, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        """See `FingerprintMethod.excess`."""
        copying = np.maximum(squared(query, known) - chance(query, known), 0.0)
        return np.sqrt(np.square(EarlyMeans().excess(query, known)) + _weight(query, known) * copying)


def _weight(query: Fingerprint, known: Sequence[Fingerprint]) -> float:
    """Return the noise of the query's early means over that of its copying numbers."""
    early = (len(query.layers) + 1) // 2
    noise = mean_noise(query, known)
    of_copying = chance(query, known).mean()
    of_means = noise[0, :early].sum() + noise[1:, :early].sum(axis=1).mean()
    return float(of_means / of_copying) if of_copying > 0 else 0.0
