"""What chance does to the mean embedding of a set."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import gathered
from whorl.fingerprints.fingerprint import Fingerprint


def mean_noise(query: Fingerprint, known: Sequence[Fingerprint]) -> NDArray[np.float64]:
    """Return the variance of each set's mean at each layer, summed over components, float64 (1 + K, L)."""
    spreads = np.nan_to_num(gathered("spreads", query, known))
    counts = np.array([query.n_pictures, *(each.n_pictures for each in known)])
    return np.asarray(np.square(spreads).sum(axis=2) / counts[:, None])
