"""Linear support vector machines by scikit-learn, one class against the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.calibration import Temperature
from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.losses import cross_entropy
from whorl.attribution.classifiers.scaling import Scaling
from whorl.embeddings.progress import Progress

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_MOST_STEPS = 5000


@dataclass(frozen=True, eq=False)
class FittedSVM:
    """Decision values are scaled features times weights plus intercepts.

    Attributes:
        scaling: of the features.
        weights: float64 (D, K).
        intercepts: float64 (K,).
        strength: scikit-learn's C that was chosen; larger is less penalty.
    """

    scaling: Scaling
    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    strength: float
    kind: str = "svm"

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return decision values: above 0 for the class, below 0 for the rest; a temperature makes them more."""
        flat = values.reshape(len(values), -1)
        return np.asarray(self.scaling.apply(flat).astype(np.float64) @ self.weights + self.intercepts)

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]]:
        """See `FittedClassifier`."""
        return {"strength": self.strength}, {
            "mean": self.scaling.mean,
            "spread": self.scaling.spread,
            "weights": self.weights,
            "intercepts": self.intercepts,
        }

    @classmethod
    def restore(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FittedSVM:
        """Return what `state` described."""
        scaling = Scaling(arrays["mean"], arrays["spread"])
        return cls(scaling, arrays["weights"], arrays["intercepts"], settings["strength"])


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
    ) -> FittedSVM:
        """See `Classifier`; of five C the one with the least cross-entropy on `validation` is kept.

        Decision values know no scale, so each C is judged at its own best temperature.
        """
        flat = train.values.reshape(len(train), -1)
        scaling = Scaling.by_feature(flat)
        scaled, weights = scaling.apply(flat).astype(np.float64), train.weights()
        best: FittedSVM | None = None
        least = np.inf
        progress.begin("train svm", len(PENALTIES), 0, unit="penalties")
        try:
            for strength in PENALTIES:
                found = _fitted(scaled, train.classes, weights, strength, classes, seed, scaling)
                logits = found.logits(validation.values)
                loss = cross_entropy(logits / Temperature.fit(logits, validation).value, validation)
                if best is None or loss < least:
                    best, least = found, loss
                progress.advance(1)
        finally:
            progress.end()
        assert best is not None  # noqa: S101 - there are penalties
        return best


def _fitted(
    scaled: NDArray[np.float64],
    labels: NDArray[np.int64],
    weights: NDArray[np.float64],
    strength: float,
    classes: int,
    seed: int,
    scaling: Scaling,
) -> FittedSVM:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    # With more features than pictures the dual problem is the smaller one.
    model = LinearSVC(C=strength, dual=scaled.shape[1] > len(scaled), max_iter=_MOST_STEPS, random_state=seed)
    with warnings.catch_warnings():
        # What it has found by then is judged on the validation pictures like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(scaled, labels, sample_weight=weights)
    coefficients, intercepts = model.coef_.T, np.atleast_1d(model.intercept_)
    if classes == 2:  # scikit-learn gives one column: the second class against the first
        coefficients = np.concatenate([-coefficients / 2, coefficients / 2], axis=1)
        intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
    return FittedSVM(scaling, np.asarray(coefficients), np.asarray(intercepts), strength)
