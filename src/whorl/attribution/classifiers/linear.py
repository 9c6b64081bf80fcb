"""Multinomial logistic regression by scikit-learn, its penalty chosen on the validation pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.hyperplanes import PENALTIES, Hyperplanes, best_hyperplanes
from whorl.attribution.classifiers.losses import cross_entropy
from whorl.embeddings.progress import Progress

_MOST_STEPS = 500


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
    ) -> Hyperplanes:
        """See `Classifier`; of five penalties the one with the least cross-entropy on `validation` is kept."""
        from sklearn.linear_model import LogisticRegression

        return best_hyperplanes(
            "linear",
            train,
            validation,
            lambda strength, _: LogisticRegression(C=strength, max_iter=_MOST_STEPS, random_state=seed),
            lambda logits: cross_entropy(logits, validation),
            classes=classes,
            progress=progress,
        )
