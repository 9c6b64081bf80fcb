"""Probabilities that mean what they say: one temperature, fitted on pictures that taught nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.losses import cross_entropy

_COLDEST, _HOTTEST = 1e-3, 1e3


@dataclass(frozen=True)
class Temperature:
    """Probabilities are softmax(logits / value).

    Source: Guo et al., On Calibration of Modern Neural Networks, arXiv 1706.04599, section 4.2.
    """

    value: float

    @classmethod
    def fit(cls, logits: NDArray[np.float64], labelled: Labelled) -> Self:
        """Return the temperature of least cross-entropy, all classes counting alike.

        >>> logits = 50 * np.eye(2)[[0, 0, 1, 1, 0]]  # sure of all five, wrong in the last
        >>> labelled = Labelled(np.zeros((5, 1), np.float32), np.array([0, 0, 1, 1, 1]))
        >>> bool(Temperature.fit(logits, labelled).value > 10)
        True
        """
        found = minimize_scalar(
            lambda log: cross_entropy(logits / np.exp(log), labelled),
            bounds=(np.log(_COLDEST), np.log(_HOTTEST)),
            method="bounded",
        )
        return cls(float(np.exp(found.x)))

    def probabilities(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64 (N, K), each row adding up to 1."""
        return np.asarray(softmax(logits / self.value, axis=1))


def calibration_error(
    probabilities: NDArray[np.float64], classes: NDArray[np.int64], *, bins: int = 10
) -> float:
    """Return the expected calibration error: how far confidence and accuracy lie apart, over bins of confidence.

    Args:
        probabilities: (N, K).
        classes: int64 (N,), the right ones.
        bins: of equal width from 0 to 1.

    >>> calibration_error(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([0, 1]))
    0.5
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == classes
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[places == place].mean() - right[places == place].mean()) * (places == place).mean()
        for place in range(bins)
        if (places == place).any()
    ]
    return float(sum(gaps))
