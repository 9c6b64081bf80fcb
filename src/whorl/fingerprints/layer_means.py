"""The plainest comparison of contents: how far the mean embeddings of every layer lie apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.mean_noise import mean_noise


class LayerMeans(FingerprintMethod):
    """Length of the difference of the mean embeddings of all layers, each component over its spread in T."""

    name = "means"
    parts = ("means", "spreads")

    def distances(self, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        mine, *others = np.nan_to_num(gathered("means", query, known))
        return np.asarray(np.sqrt(np.square(np.array(others) - mine).sum(axis=(1, 2))))

    def excess(self, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        """See `FingerprintMethod.excess`."""
        noise = mean_noise(query, known).sum(axis=1)
        squares = np.square(self.distances(query, known))
        return np.asarray(np.sqrt(np.maximum(squares - noise[0] - noise[1:], 0.0)))
