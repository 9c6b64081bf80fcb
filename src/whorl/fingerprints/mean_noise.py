"""What chance does to the mean embedding of a set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.fingerprints.fingerprint import Fingerprint


def variances(fingerprint: Fingerprint) -> NDArray[np.float64]:
    """Return the variance of a picture's standardised embedding at each layer, summed over components, (L,).

    Divided by the number of pictures it is that of their mean.

    Raises:
        ScoreError: the fingerprint has no spreads.
    """
    if "spreads" not in fingerprint.parts:
        raise ScoreError("this fingerprint has no part 'spreads'; measure it with this version of Whorl.")
    return np.asarray(np.square(np.nan_to_num(fingerprint.parts["spreads"])).sum(axis=1))
