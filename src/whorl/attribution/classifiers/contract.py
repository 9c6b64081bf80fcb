"""What a classifier is, before and after it has learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.progress import Progress


@dataclass(frozen=True, eq=False)
class Labelled:
    """Numbers of pictures whose class is known.

    Attributes:
        values: float32 (N, D) or (N, C, H, W).
        classes: int64 (N,), 0 .. K - 1.
    """

    values: NDArray[np.float32]
    classes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.values)

    def weights(self) -> NDArray[np.float64]:
        """Return a weight for each picture, so that all classes count alike; their mean is 1."""
        counts = np.bincount(self.classes)
        weights = 1 / counts[self.classes]
        return np.asarray(weights * len(self) / weights.sum())


class FittedClassifier(Protocol):
    """A classifier that has learned; it can be written as arrays and JSON values.

    Attributes:
        kind: of `whorl.attribution.classifiers.kinds.KINDS`.
    """

    @property
    def kind(self) -> str:
        """See above."""
        ...

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return unnormalised log-probabilities, float64 (N, K), each row a function of its picture alone."""
        ...

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]]:
        """Return settings (JSON values) and arrays, of which `kinds.restore` makes it again."""
        ...


class Classifier(Protocol):
    """A way to learn classes from numbers.

    Attributes:
        name: as users type it.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    def describe(self) -> Mapping[str, Any]:
        """Return all that decides what is learned, but for data and seed, as JSON values."""
        ...

    def fit(
        self,
        train: Labelled,
        validation: Labelled,
        *,
        classes: int,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedClassifier:
        """Learn from `train`; stop, or choose among candidates, by the cross-entropy on `validation`.

        Classes count alike, however many pictures they have.

        Args:
            train: to learn from.
            validation: pictures of the same classes, none of them in `train`.
            classes: K.
            seed: fixes what is random.
            device: auto, cpu, mps, cuda or cuda:N.
            progress: told about epochs.

        Raises:
            ScoreError: training diverged, or numbers of a shape that it cannot take.
        """
        ...
