"""Mean and spread of the embeddings of every layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.contract import FingerprintMethod, gathered, more_chance, root
from whorl.fingerprints.fingerprint import Fingerprint
from whorl.fingerprints.mean_noise import variances

_OF_BOTH = 1.5
"""A spread s of n pictures has a variance of about s^2 / 2n, a mean one of s^2 / n."""


class LayerMoments(FingerprintMethod):
    """The Frechet distance between diagonal Gaussians at every layer: means and spreads of each component."""

    name = "moments"
    parts = ("means", "spreads")

    def distances(
        self, query: Fingerprint, known: Sequence[Fingerprint], *, pictures: int | None = None
    ) -> NDArray[np.float64]:
        """See `FingerprintMethod.distances`."""
        both = [np.nan_to_num(gathered(part, query, known)) for part in self.parts]
        numbers = np.concatenate([part.reshape(len(part), -1) for part in both], axis=1)
        squares = np.square(numbers[1:] - numbers[0]).sum(axis=1)
        return root(squares + _OF_BOTH * variances(query).sum() * more_chance(query, pictures))
