"""The classes of the nearest training pictures, by scikit-learn; how many is chosen on the validation pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.losses import cross_entropy
from whorl.attribution.classifiers.scaling import Scaling
from whorl.embeddings.progress import Progress

NEIGHBOURS = (1, 3, 5, 9, 15, 25, 45)


@dataclass(frozen=True, eq=False)
class FittedNearest:
    """The training pictures themselves.

    Attributes:
        scaling: of the features.
        scaled: float32 (N, D), scaled features to learn from.
        places: int64 (N,), their classes.
        classes: K.
        neighbours: k, at most N.
    """

    scaling: Scaling
    scaled: NDArray[np.float32]
    places: NDArray[np.int64]
    classes: int
    neighbours: int
    kind: str = "nearest"

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return log((v_c + 1/K) / (V + 1)).

        v_c is what neighbours of class c weigh, V what all k weigh; a picture's weight is such that all classes
        count alike, and 1 on average.
        """
        near = self._tree.kneighbors(self._float64(values), self.neighbours, return_distance=False)
        weights = Labelled(self.scaled, self.places).weights()
        votes = np.zeros((len(values), self.classes))
        np.add.at(votes, (np.arange(len(values))[:, None], self.places[near]), weights[near])
        return np.asarray(
            np.log((votes + 1 / self.classes) / (votes.sum(axis=1, keepdims=True) + 1)), np.float64
        )

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]]:
        """See `FittedClassifier`."""
        return {"classes": self.classes, "neighbours": self.neighbours}, {
            "mean": self.scaling.mean,
            "spread": self.scaling.spread,
            "scaled": self.scaled,
            "places": self.places,
        }

    @classmethod
    def restore(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FittedNearest:
        """Return what `state` described."""
        scaling = Scaling(arrays["mean"], arrays["spread"])
        return cls(scaling, arrays["scaled"], arrays["places"], settings["classes"], settings["neighbours"])

    @cached_property
    def _tree(self) -> Any:
        from sklearn.neighbors import NearestNeighbors

        # A tree computes each distance by itself: no picture's neighbours depend on which others are asked for.
        return NearestNeighbors(algorithm="kd_tree").fit(self.scaled.astype(np.float64))

    def _float64(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        return self.scaling.apply(values.reshape(len(values), -1)).astype(np.float64)


@dataclass(frozen=True)
class Nearest:
    """k nearest neighbours on scaled features, Euclidean; see `Classifier`."""

    name: str = "nearest"

    def describe(self) -> Mapping[str, Any]:
        """See `Classifier`."""
        return {"classifier": self.name, "neighbours": list(NEIGHBOURS), "version": 1}

    def fit(
        self,
        train: Labelled,
        validation: Labelled,
        *,
        classes: int,
        seed: int,  # noqa: ARG002 - nothing is random
        device: str,  # noqa: ARG002 - there is nothing to compute elsewhere
        progress: Progress,  # noqa: ARG002 - it takes little time
    ) -> FittedNearest:
        """See `Classifier`; of seven k the one with the least cross-entropy on `validation` is kept."""
        flat = train.values.reshape(len(train), -1)
        scaling = Scaling.by_feature(flat)
        scaled = scaling.apply(flat)
        candidates = [
            FittedNearest(scaling, scaled, train.classes, classes, k) for k in NEIGHBOURS if k <= len(train)
        ]
        return min(candidates, key=lambda each: cross_entropy(each.logits(validation.values), validation))
