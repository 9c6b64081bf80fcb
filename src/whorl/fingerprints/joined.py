"""Contents and copying together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, more_chance, root
from whorl.fingerprints.copying_differences import copying_variance, squared
from whorl.fingerprints.early_means import EarlyMeans, early_layers
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.mean_noise import variances


class Joined(FingerprintMethod):
    """Root of the squares of early means and copying differences, weighted so that chance adds to both alike."""

    name = "joined"
    parts = (*EarlyMeans.parts, "copying", "chance")

    def distances(
        self, query: Fingerprint, known: Sequence[Fingerprint], *, pictures: int | None = None
    ) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        contents = EarlyMeans().distances(query, known, pictures=pictures)
        variance = copying_variance(query)
        weight = float(variances(query)[early_layers(query)].sum()) / variance if variance > 0 else 0.0
        copying = squared(query, known) + variance * more_chance(query, pictures)
        return root(np.square(contents) + weight * copying)
