"""What every feature map and every classifier of `whorl.attribution` must do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from whorl.attribution.classifiers.contract import Classifier, Labelled
    from whorl.attribution.features import FeatureMap
    from whorl.images.contract import ImageSource


def check_feature_map(features: FeatureMap, images: ImageSource) -> None:
    """Hold a feature map to the contract `whorl.attribution.features.FeatureMap`, on a few pictures of one size.

    It gives float32, one row per picture in their order, finite, and the same again; its description is JSON.

    Args:
        features: to be held to it.
        images: that can all be read.

    Raises:
        AssertionError: a breach of the contract, and what it is.

    >>> from whorl.attribution.baselines.durall import AzimuthalSpectrum
    >>> from whorl.images.array import ArraySource
    >>> check_feature_map(AzimuthalSpectrum(), ArraySource(np.zeros((2, 8, 8), np.uint8)))
    """
    about = json.dumps(dict(features.describe()))
    first, again = (features.features(images, cache=None) for _ in range(2))
    _require(bool(features.name), "a feature map needs a name")
    _require(about == json.dumps(dict(features.describe())), "describe() changes from call to call")
    _require(first.values.dtype == np.float32, f"values must be float32, not {first.values.dtype}")
    _require(first.values.ndim in (2, 4), f"values must be (N, D) or (N, C, H, W), not {first.values.shape}")
    _require(len(first.values) == len(images), f"{len(images)} pictures gave {len(first.values)} rows")
    _require(first.ids == tuple(images.ids), "ids must be the pictures' own, in their order")
    _require(first.keys.shape == (len(images), 16), f"keys must be (N, 16), not {first.keys.shape}")
    _require(first.keys.dtype == np.uint8, f"keys must be uint8, not {first.keys.dtype}")
    _require(bool(np.isfinite(first.values).all()), "values must be finite")
    _require(np.array_equal(first.values, again.values), "the same pictures gave other numbers")


def check_classifier(classifier: Classifier, train: Labelled, validation: Labelled) -> None:
    """Hold a classifier to the contract `whorl.attribution.classifiers.contract.Classifier`.

    Two runs with one seed give equal logits; a picture's logits do not depend on the others; what is written and
    made again, by the kind that `whorl.attribution.classifiers.kinds` knows, gives equal ones bit by bit.

    Args:
        classifier: to learn.
        train: of at least two classes.
        validation: other pictures of the same.

    Raises:
        AssertionError: a breach of the contract, and what it is.

    >>> from whorl.attribution.classifiers.contract import Labelled
    >>> from whorl.attribution.classifiers.nearest import Nearest
    >>> values = np.arange(12, dtype=np.float32)[:, None]
    >>> train, validation = (Labelled(values + shift, np.repeat([0, 1], 6)) for shift in (0.0, 0.3))
    >>> check_classifier(Nearest(), train, validation)
    """
    from whorl.attribution.classifiers.kinds import restore
    from whorl.embeddings.progress import Silent

    classes = int(train.classes.max()) + 1
    about = json.dumps(dict(classifier.describe()))
    first, again = (
        classifier.fit(train, validation, classes=classes, seed=0, device="cpu", progress=Silent())
        for _ in range(2)
    )
    logits = first.logits(validation.values)
    _require(bool(classifier.name), "a classifier needs a name")
    _require(about == json.dumps(dict(classifier.describe())), "describe() changes with what is learned")
    _require(logits.dtype == np.float64, f"logits must be float64, not {logits.dtype}")
    _require(logits.shape == (len(validation), classes), f"logits must be (N, K), not {logits.shape}")
    _require(bool(np.isfinite(logits).all()), "logits must be finite")
    _require(np.array_equal(logits, again.logits(validation.values)), "two runs with one seed differ")
    alone = np.concatenate([first.logits(validation.values[row : row + 1]) for row in range(len(validation))])
    _require(np.allclose(alone, logits, atol=1e-3), "a picture's logits depend on the other pictures")
    settings, arrays = first.state()
    written = json.loads(json.dumps(dict(settings)))
    made = restore(first.kind, written, dict(arrays))
    _require(all(array.dtype != object for array in arrays.values()), "state() holds pickled objects")
    _require(np.array_equal(made.logits(validation.values), logits), "what is made again gives other logits")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)
