"""What linear classifiers share: weights on scaled features, and a penalty chosen on the validation pictures."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.scaling import Scaling
from whorl.embeddings.progress import Progress

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""scikit-learn's C, of which one is chosen; larger is less penalty."""


@dataclass(frozen=True, eq=False)
class Hyperplanes:
    """Logits are scaled features times weights plus intercepts; see `FittedClassifier`.

    Attributes:
        kind: "linear", whose logits are log-probabilities but for a constant, or "svm", whose are decision values:
            above 0 for the class, below 0 for the rest; a temperature makes probabilities of either.
        scaling: of the features.
        weights: float64 (D, K).
        intercepts: float64 (K,).
        strength: the C that was chosen.
    """

    kind: Literal["linear", "svm"]
    scaling: Scaling
    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    strength: float

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
    def restore(
        cls, kind: Literal["linear", "svm"], settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
    ) -> Hyperplanes:
        """Return what `state` described."""
        scaling = Scaling(arrays["mean"], arrays["spread"])
        return cls(kind, scaling, arrays["weights"], arrays["intercepts"], settings["strength"])


def best_hyperplanes(
    kind: Literal["linear", "svm"],
    train: Labelled,
    validation: Labelled,
    model: Callable[[float, tuple[int, int]], Any],
    judge: Callable[[NDArray[np.float64]], float],
    *,
    classes: int,
    progress: Progress,
) -> Hyperplanes:
    """Fit a scikit-learn model with each penalty, and keep the one that is judged best.

    Args:
        kind: what is fitted.
        train: to learn from.
        validation: to judge by.
        model: returns an unfitted model for a C and the shape (N, D) of the features.
        judge: a loss of the logits of `validation`.
        classes: K.
        progress: told about penalties.
    """
    from sklearn.exceptions import ConvergenceWarning

    flat = train.values.reshape(len(train), -1)
    scaling = Scaling.by_feature(flat)
    scaled, weights = scaling.apply(flat).astype(np.float64), train.weights()
    found: list[tuple[float, Hyperplanes]] = []
    unfinished: set[float] = set()
    progress.begin(f"train {kind}", len(PENALTIES), 0, unit="penalties")
    try:
        for strength in PENALTIES:
            fitted = model(strength, scaled.shape)
            with warnings.catch_warnings(record=True) as told:
                # What it has found by then is judged on the validation pictures like any other.
                warnings.simplefilter("always", ConvergenceWarning)
                fitted.fit(scaled, train.classes, sample_weight=weights)
            if any(issubclass(each.category, ConvergenceWarning) for each in told):
                unfinished.add(strength)
            planes = Hyperplanes(kind, scaling, *_for_each_class(fitted, classes), strength)
            found.append((judge(planes.logits(validation.values)), planes))
            progress.advance(1)
    finally:
        progress.end()
    best = min(found, key=lambda each: each[0])[1]
    if best.strength in unfinished:
        progress.note(f"{kind}: the penalty that was kept (C = {best.strength:g}) had not converged.")
    return best


def _for_each_class(model: Any, classes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights (D, K) and intercepts (K,); of two classes scikit-learn tells the second from the first."""
    weights, intercepts = np.asarray(model.coef_).T, np.atleast_1d(model.intercept_)
    if classes > 2:
        return weights, intercepts
    return (
        np.concatenate([-weights / 2, weights / 2], axis=1),
        np.concatenate([-intercepts / 2, intercepts / 2]),
    )
