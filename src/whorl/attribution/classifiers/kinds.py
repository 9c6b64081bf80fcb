"""Classifiers by name, and learned ones made again from what was written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from numpy.typing import NDArray

from whorl.attribution.baselines.wang import WANG_SMALL, FittedWang
from whorl.attribution.classifiers.contract import Classifier, FittedClassifier
from whorl.attribution.classifiers.cooccurrence import CoOccurrenceCNN
from whorl.attribution.classifiers.correlation import Correlation, FittedCorrelation
from whorl.attribution.classifiers.hyperplanes import Hyperplanes
from whorl.attribution.classifiers.linear import Linear
from whorl.attribution.classifiers.nearest import FittedNearest, Nearest
from whorl.attribution.classifiers.networks import Perceptron, SmallResNet, restore_network
from whorl.attribution.classifiers.svm import LinearSVM
from whorl.errors import ScoreError, StorageError

CLASSIFIERS: Mapping[str, Classifier] = {
    each.name: each
    for each in (
        Linear(),
        Perceptron(),
        SmallResNet(),
        Correlation(),
        Nearest(),
        LinearSVM(),
        CoOccurrenceCNN(),
        WANG_SMALL,
    )
}
"""By name. Most take any features; "resnet" takes features in the form of a picture, "cooccurrence-cnn" square
matrices, and "wang-small" pixels."""

_RESTORE: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, NDArray[Any]]], FittedClassifier]] = {
    "linear": partial(Hyperplanes.restore, "linear"),
    "correlation": FittedCorrelation.restore,
    "nearest": FittedNearest.restore,
    "svm": partial(Hyperplanes.restore, "svm"),
    "wang": FittedWang.restore,
    **{kind: partial(restore_network, kind) for kind in ("cooccurrence-cnn", "mlp", "resnet")},
}


def chosen_classifier(wanted: str | Classifier, *, among: Collection[str] = CLASSIFIERS) -> Classifier:
    """Return the classifier that is meant, where it is named one of some.

    Raises:
        ScoreError: there is none of this name.

    >>> chosen_classifier("mlp").name
    'mlp'
    """
    if not isinstance(wanted, str):
        return wanted
    if wanted not in among:
        raise ScoreError(f"there is no classifier {wanted!r} here; there are {', '.join(among)}.")
    return CLASSIFIERS[wanted]


def restore(kind: str, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FittedClassifier:
    """Return a learned classifier from what its `state` gave.

    Raises:
        StorageError: another version of Whorl wrote it, or it is damaged.
    """
    try:
        return _RESTORE[kind](settings, arrays)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise StorageError(
            f"this classifier ({kind!r}) cannot be made again from its file: {error}. Train it anew."
        ) from error
