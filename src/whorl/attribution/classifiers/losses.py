"""Cross-entropy in which every class counts alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from whorl.attribution.classifiers.contract import Labelled


def cross_entropy(logits: NDArray[np.float64], labelled: Labelled) -> float:
    """Return the mean over classes of -log p(class), in nats; ln K where nothing is known.

    >>> labelled = Labelled(np.zeros((3, 1), np.float32), np.array([0, 0, 1]))
    >>> round(cross_entropy(np.zeros((3, 2)), labelled), 4)
    0.6931
    """
    own = log_softmax(logits, axis=1)[np.arange(len(labelled)), labelled.classes]
    return float(-(own * labelled.weights()).mean())
