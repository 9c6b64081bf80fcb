"""One mean pattern per class, and the class whose pattern a picture's own correlates with most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Labelled
from whorl.embeddings.progress import Progress


@dataclass(frozen=True, eq=False)
class FittedCorrelation:
    """Mean patterns, centred and of length 1.

    Attributes:
        patterns: float32 (K, D).
    """

    patterns: NDArray[np.float32]
    kind: str = "correlation"

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the normalised correlation with each pattern, from -1 to 1; 0 for a picture without any."""
        return np.asarray(_unit(values.reshape(len(values), -1)) @ self.patterns.T, np.float64)

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]]:
        """See `FittedClassifier`."""
        return {}, {"patterns": self.patterns}

    @classmethod
    def restore(cls, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FittedCorrelation:  # noqa: ARG003
        """Return what `state` described."""
        return cls(arrays["patterns"])


@dataclass(frozen=True)
class Correlation:
    """The classifier of Marra et al. (arXiv 1812.11842): a fingerprint is a mean residual; see `Classifier`.

    It has nothing to stop or choose, so the validation pictures serve the calibration alone.
    """

    name: str = "correlation"

    def describe(self) -> Mapping[str, Any]:
        """See `Classifier`."""
        return {"classifier": self.name, "version": 1}

    def fit(
        self,
        train: Labelled,
        validation: Labelled,  # noqa: ARG002 - see above
        *,
        classes: int,
        seed: int,  # noqa: ARG002 - nothing is random
        device: str,  # noqa: ARG002
        progress: Progress,  # noqa: ARG002 - it takes no time
    ) -> FittedCorrelation:
        """See `Classifier`."""
        flat = train.values.reshape(len(train), -1)
        means = [flat[train.classes == number].mean(axis=0, dtype=np.float64) for number in range(classes)]
        return FittedCorrelation(_unit(np.array(means, np.float32)))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = rows - rows.mean(axis=1, keepdims=True, dtype=np.float64)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.where(lengths > 0, lengths, 1.0), np.float32)
