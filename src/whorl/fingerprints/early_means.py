"""What tells generators apart best: where the mean of a set lies from the training pictures, at early layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.mean_noise import mean_noise


class EarlyMeans(FingerprintMethod):
    """Distance d between mean embeddings at the first half of the layers, times 2 - cos of their directions.

    Embeddings are seen from T's mean, each component over its spread in T. The direction in which a generator's
    pictures leave the training pictures says more than how far they do: of two known models equally far away
    the one in the same direction is nearer. Where directions agree this is d, where they are opposite 3 d.
    """

    name = "early-means"
    parts = ("means", "spreads")

    def distances(self, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        means = self._means(query, known)
        return _directed(means, np.zeros(len(means)))

    def excess(self, query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        """See `FingerprintMethod.excess`."""
        return _directed(self._means(query, known), mean_noise(query, known)[:, : _early(query)].sum(axis=1))

    @staticmethod
    def _means(query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
        means = np.nan_to_num(gathered("means", query, known))[:, : _early(query)]
        return means.reshape(len(means), -1)


def _early(query: Fingerprint) -> int:
    return (len(query.layers) + 1) // 2


def _directed(means: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return d (2 - cos) from the first row to the others, with the noise of means (1 + K,) taken off."""
    apart = np.square(means[1:] - means[0]).sum(axis=1) - noise[0] - noise[1:]
    lengths = np.sqrt(np.maximum(np.square(means).sum(axis=1) - noise, 0.0))
    products = lengths[1:] * lengths[0]
    cosine = np.divide(means[1:] @ means[0], products, out=np.zeros(len(products)), where=products > 0)
    return np.asarray(np.sqrt(np.maximum(apart, 0.0)) * (2 - cosine.clip(-1, 1)))
