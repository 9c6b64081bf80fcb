"""The plainest comparison of contents: how far the mean embeddings of every layer lie apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered, more_chance, root
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.mean_noise import variances


class LayerMeans(FingerprintMethod):
    """Length of the difference of the mean embeddings of all layers, each component over its spread in T."""

    name = "means"
    parts = ("means", "spreads")

    def distances(
        self, query: Fingerprint, known: Sequence[Fingerprint], *, pictures: int | None = None
    ) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        mine, *others = np.nan_to_num(gathered("means", query, known))
        squares = np.square(np.array(others) - mine).sum(axis=(1, 2))
        return root(squares + variances(query).sum() * more_chance(query, pictures))
