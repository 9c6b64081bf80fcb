"""Probabilities that mean what they say: one temperature, fitted on pictures that taught nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from whorl.attribution.classifiers.contract import Labelled

_COLDEST, _HOTTEST = 1e-3, 1e3


@dataclass(frozen=True)
class Temperature:
    """Probabilities are softmax(logits / value).

    Source: Guo et al., On Calibration of Modern Neural Networks, arXiv 1706.04599, section 4.2; and Platt,
    Probabilistic Outputs for Support Vector Machines (1999), for targets short of 1.
    """

    value: float

    @classmethod
    def fit(cls, logits: NDArray[np.float64], labelled: Labelled) -> Self:
        """Return the temperature of least cross-entropy, all classes counting alike.

        With N pictures the right class has the target (N + 1) / (N + 2), the others share 1 / (N + 2): pictures
        without an error are no proof that none will come. With targets of 1 they would drive the temperature
        towards 0, and every probability, a stranger's too, to exactly 0 or 1.

        >>> logits = 50 * np.eye(2)[[0, 0, 1, 1, 0]]  # sure of all five, wrong in the last
        >>> labelled = Labelled(np.zeros((5, 1), np.float32), np.array([0, 0, 1, 1, 1]))
        >>> bool(Temperature.fit(logits, labelled).value > 10)
        True
        """
        count, classes = logits.shape
        targets = np.full(logits.shape, 1 / (count + 2) / (classes - 1))
        targets[np.arange(count), labelled.classes] = (count + 1) / (count + 2)
        weights = labelled.weights()
        found = minimize_scalar(
            lambda log: -(weights @ (targets * log_softmax(logits / np.exp(log), axis=1))).sum(),
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
