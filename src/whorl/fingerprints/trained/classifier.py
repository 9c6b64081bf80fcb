"""A trained classifier: from pictures to classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.precision import arithmetic
from whorl.errors import ScoreError
from whorl.fingerprints.trained.epochs import EpochRecord
from whorl.fingerprints.trained.network import Network
from whorl.fingerprints.trained.pixels import resized_pictures
from whorl.fingerprints.trained.recipe import TrainingRecipe

if TYPE_CHECKING:
    import torch


class PictureClassifier:
    """Says of each picture which of K classes it looks like; it always names one, also for a stranger's picture.

    Made by `train_classifier`.

    Attributes:
        labels: the K classes, in the order of their numbers.
        recipe: how it was trained.
        history: one record per epoch.
        seconds: how long training took, with loading weights and resizing pictures.
    """

    def __init__(
        self,
        network: Network,
        recipe: TrainingRecipe,
        *,
        labels: tuple[str, ...],
        history: tuple[EpochRecord, ...],
        seconds: float,
    ) -> None:
        self._network = network
        self.recipe, self.labels, self.history, self.seconds = recipe, labels, history, seconds

    def probabilities(
        self, pictures: NDArray[np.uint8] | Sequence[NDArray[np.uint8]], *, batch_size: int = 64
    ) -> NDArray[np.float64]:
        """Return the probability of each class for each picture: the softmax of the logits.

        The network computes in float32, the softmax in float64. Cross-entropy makes no promise that such a
        number is a rate of success.

        Args:
            pictures: uint8 (m, H, W, 3), or m of (H, W, 3) with sizes of their own.
            batch_size: pictures per forward pass; changes a probability by less than 1e-6.

        Returns:
            float64 (m, K); each row adds up to 1.

        Raises:
            ImageError: a picture is not uint8 (H, W, 3).
            ScoreError: `batch_size` below 1, or a probability that is NaN.
        """
        import torch

        if batch_size < 1:
            raise ScoreError(f"batch_size must be at least 1; got {batch_size}.")
        rows = np.empty((len(pictures), len(self.labels)))
        with torch.inference_mode(), arithmetic(self._network.device, torch.float32):
            for start in range(0, len(rows), batch_size):
                pixels = resized_pictures(pictures[start : start + batch_size], self.recipe.size)
                logits = self._network.logits(torch.from_numpy(np.ascontiguousarray(pixels)))
                rows[start : start + batch_size] = _softmax(logits)
        if not np.isfinite(rows).all():
            raise ScoreError("the classifier gave NaN; train it again with a lower learning rate.")
        return rows

    def predict(self, pictures: NDArray[np.uint8] | Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
        """Return the number of the likeliest class of each picture, the first of equals: int64 (m,).

        Args:
            pictures: uint8 (m, H, W, 3), or m of (H, W, 3) with sizes of their own.

        Raises:
            ImageError: a picture is not uint8 (H, W, 3).
            ScoreError: a probability is NaN.
        """
        numbers: NDArray[np.int64] = self.probabilities(pictures).argmax(axis=1)
        return numbers


def _softmax(logits: torch.Tensor) -> NDArray[np.float64]:
    import torch

    found: NDArray[np.float64] = logits.cpu().to(torch.float64).softmax(dim=1).numpy()
    return found
