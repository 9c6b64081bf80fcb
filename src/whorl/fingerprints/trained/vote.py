"""From one prediction per picture to the class of the set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError


def majority_vote(predictions: NDArray[np.integer], classes: int) -> NDArray[np.float64]:
    """Return each class's share of a set's votes; the largest names the set's class.

    share_k = #{i : predictions_i = k} / m

    Args:
        predictions: integers (m,), the class of each picture, 0 .. K - 1, as `PictureClassifier.predict` gives.
        classes: K.

    Returns:
        float64 (K,), which add up to 1. In a tie several are the largest, and `argmax` takes the first.

    Raises:
        ScoreError: no predictions, not whole numbers in one row, or a class that is none of the K.

    >>> majority_vote(np.array([2, 0, 2, 2]), 3)
    array([0.25, 0.  , 0.75])
    """
    votes = np.asarray(predictions)
    if classes < 1:
        raise ScoreError(f"a vote needs at least one class; got classes={classes}.")
    if votes.ndim != 1 or not np.issubdtype(votes.dtype, np.integer):
        raise ScoreError(f"expected predictions as integers (m,); found {votes.dtype} {votes.shape}.")
    if not len(votes):
        raise ScoreError("a vote over no pictures has no result; give at least one prediction.")
    if votes.min() < 0 or votes.max() >= classes:
        raise ScoreError(
            f"predictions lie between {votes.min()} and {votes.max()}, and with {classes} classes they must "
            f"lie between 0 and {classes - 1}; give the number of classes that the classifier has."
        )
    shares: NDArray[np.float64] = np.bincount(votes, minlength=classes) / len(votes)
    return shares
