"""Linear support vector machines by scikit-learn, one class against the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.calibration import Temperature
from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.hyperplanes import PENALTIES, Hyperplanes, best_hyperplanes
from whorl.attribution.classifiers.losses import cross_entropy
from whorl.embeddings.progress import Progress

_MOST_STEPS = 5000


@dataclass(frozen=True)
class LinearSVM:
    """scikit-learn's LinearSVC (squared hinge loss, L2 penalty) on scaled features; see `Classifier`."""

    name: str = "svm"

    def describe(self) -> Mapping[str, Any]:
        """See `Classifier`."""
        return {"classifier": self.name, "penalties": list(PENALTIES), "version": 1}

    def fit(
        self,
        train: Labelled,
        validation: Labelled,
        *,
        classes: int,
        seed: int,
        device: str,  # noqa: ARG002 - there is nothing to compute elsewhere
        progress: Progress,
    ) -> Hyperplanes:
        """See `Classifier`; of five C the one with the least cross-entropy on `validation` is kept.

        Decision values know no scale, so each C is judged at its own best temperature.
        """
        from sklearn.svm import LinearSVC

        def model(strength: float, shape: tuple[int, int]) -> LinearSVC:
            # With more features than pictures the dual problem is the smaller one.
            return LinearSVC(C=strength, dual=shape[1] > shape[0], max_iter=_MOST_STEPS, random_state=seed)

        def judge(logits: NDArray[np.float64]) -> float:
            return cross_entropy(logits / Temperature.fit(logits, validation).value, validation)

        return best_hyperplanes("svm", train, validation, model, judge, classes=classes, progress=progress)
