"""Multinomial logistic regression by scikit-learn, its penalty chosen on the validation pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.losses import cross_entropy
from whorl.attribution.classifiers.scaling import Scaling
from whorl.embeddings.progress import Progress

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_MOST_STEPS = 500


@dataclass(frozen=True, eq=False)
class FittedLinear:
    """Logits are scaled features times weights plus intercepts.

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
    kind: str = "linear"

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """See `FittedClassifier`."""
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
    def restore(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FittedLinear:
        """Return what `state` described."""
        scaling = Scaling(arrays["mean"], arrays["spread"])
        return cls(scaling, arrays["weights"], arrays["intercepts"], settings["strength"])


@dataclass(frozen=True)
class Linear:
    """A linear classifier with cross-entropy and an L2 penalty; see `Classifier`."""

    name: str = "linear"

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
    ) -> FittedLinear:
        """See `Classifier`; of five penalties the one with the least cross-entropy on `validation` is kept."""
        flat = train.values.reshape(len(train), -1)
        scaling = Scaling.by_feature(flat)
        scaled, weights = scaling.apply(flat).astype(np.float64), train.weights()
        best: FittedLinear | None = None
        least = np.inf
        progress.begin("train linear", len(PENALTIES), 0, unit="penalties")
        try:
            for strength in PENALTIES:
                found = _fitted(scaled, train.classes, weights, strength, classes, seed, scaling)
                loss = cross_entropy(found.logits(validation.values), validation)
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
) -> FittedLinear:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=_MOST_STEPS, random_state=seed)
    with warnings.catch_warnings():
        # With hundreds of steps behind it the solution is near enough to be judged on the validation pictures.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(scaled, labels, sample_weight=weights)
    coefficients, intercepts = model.coef_.T, model.intercept_
    if classes == 2:  # scikit-learn gives one column: the second class against the first
        coefficients = np.concatenate([-coefficients / 2, coefficients / 2], axis=1)
        intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
    return FittedLinear(scaling, np.asarray(coefficients), np.asarray(intercepts), strength)
