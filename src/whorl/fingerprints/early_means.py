"""What tells generators apart best: where the mean of a set lies from the training pictures, at early layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered, more_chance, root
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.mean_noise import variances


class EarlyMeans(FingerprintMethod):
    """d sqrt(2 - cos): d between mean embeddings at the first half of the layers, cos between their directions.

    Embeddings are seen from T's mean, each component over its spread in T. The direction in which a generator's
    pictures leave the training pictures says as much as how far they do: of two known models equally far away the
    one in the same direction is nearer. Where directions agree this is d, where they are opposite 1.7 d.
    """

    name = "early-means"
    parts = ("means", "spreads")

    def distances(
        self, query: Fingerprint, known: Sequence[Fingerprint], *, pictures: int | None = None
    ) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        layers = early_layers(query)
        means = np.nan_to_num(gathered("means", query, known))[:, layers]
        means = means.reshape(len(means), -1)
        squares = np.square(means[1:] - means[0]).sum(axis=1)
        added = variances(query)[layers].sum() * more_chance(query, pictures)
        return root((squares + added) * (2 - _cosines(means[0], means[1:])))


def early_layers(query: Fingerprint) -> slice:
    """Return the first half of a fingerprint's layers, with the middle one."""
    return slice((len(query.layers) + 1) // 2)


def _cosines(mine: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cosines between a vector (F,) and others (K, F); 0 where one has no length."""
    lengths = np.linalg.norm(others, axis=1) * np.linalg.norm(mine)
    cosines = np.divide(others @ mine, lengths, out=np.zeros(len(others)), where=lengths > 0)
    return np.asarray(cosines.clip(-1, 1))
