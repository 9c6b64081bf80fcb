"""Mean embeddings in units of what chance does to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered, more_chance, root
from whorl.fingerprints.fingerprint import Fingerprint


class WhitenedMeans(FingerprintMethod):
    """Length of the difference of the mean embeddings of all layers, their covariance between pictures taken out.

    Also that between layers: see `Whitening`.
    """

    name = "means-whitened"
    parts = ("whitened_means", "chance")

    def distances(
        self, query: Fingerprint, known: Sequence[Fingerprint], *, pictures: int | None = None
    ) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        mine, *others = gathered("whitened_means", query, known)
        squares = np.square(np.array(others) - mine).sum(axis=1)
        variance = float(gathered("chance", query, known)[0, 1])
        return root(squares + variance * more_chance(query, pictures))
