"""Whether a classifier names the model of each picture, none of which it has learned from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.features import FeatureTable
from whorl.attribution.split import divided
from whorl.embeddings.progress import Silent


def rightly_named(
    tables: Mapping[str, FeatureTable],
    parts: Mapping[str, NDArray[np.int64]],
    classifier: Classifier,
    *,
    seed: int,
    device: str = "cpu",
) -> dict[str, NDArray[np.bool_]]:
    """Return for each picture whether it is rightly named by the classifier that learned from the other parts.

    Args:
        tables: for each model features of N_i pictures.
        parts: for each model int64 (N_i,), the part in which a picture judges; see `folds.folds`. A fifth of the
            teaching pictures is the classifier's validation.
        classifier: see `whorl.attribution.classifiers.kinds.CLASSIFIERS`.
        seed: fixes the classifier.
        device: where it computes.

    Raises:
        ScoreError: too few pictures to learn from, or training diverged.
    """
    labels = list(tables)
    right = {label: np.zeros(len(tables[label]), dtype=bool) for label in labels}
    for part in range(1 + max(int(each.max()) for each in parts.values())):
        teaching = {label: tables[label].rows(np.flatnonzero(parts[label] != part)) for label in labels}
        taught = divided(teaching, seed=seed)
        learned = classifier.fit(
            taught.train, taught.validation, classes=len(labels), seed=seed, device=device, progress=Silent()
        )
        for place, label in enumerate(labels):
            mine = np.flatnonzero(parts[label] == part)
            named = learned.logits(tables[label].values[mine]).argmax(axis=1)
            right[label][mine] = named == place
    return right
