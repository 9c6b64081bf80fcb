"""When to answer 'unknown': learned from classes that a classifier has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.calibration import Temperature
from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.features import FeatureTable
from whorl.attribution.split import divided
from whorl.embeddings.progress import Progress
from whorl.errors import ScoreError

GROUPS = 3
"""Classes are dealt to so many groups, each of which is unknown once."""

_DRAWS = 200
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Strangers:
    """How pictures of classes that were left out looked to classifiers of the others.

    Attributes:
        labels: of the classes left out, one entry each.
        probabilities: for each, float64 (n, K'), what a classifier without that class answered.
        rate: share of strangers that may be taken for a known class.
    """

    labels: tuple[str, ...]
    probabilities: tuple[Numbers, ...]
    rate: float

    def threshold(self, pictures: int, *, seed: int = 0) -> float:
        """Return the support that a set of so many pictures needs, to be taken for a known class.

        Sets of that size are drawn from each class left out, again and again; at most a share `rate` of them,
        all classes counting alike, has more support than the threshold.

        Args:
            pictures: how many the set has; 1 for a single picture.
            seed: fixes the draws.
        """
        rng = np.random.default_rng([seed, pictures])
        found = [_supports(each, pictures, rng) for each in self.probabilities]
        weights = np.concatenate([np.full(len(each), 1 / len(each)) for each in found])
        values = np.concatenate(found)
        order = np.argsort(-values, kind="stable")
        above = np.cumsum(weights[order]) / len(found)
        place = int(np.searchsorted(above, self.rate, side="right"))
        return float(values[order][min(place, len(order) - 1)])


def support(probabilities: Numbers) -> float:
    """Return how far pictures agree on one class: the mean probability of the class that it is largest for.

    >>> support(np.array([[1.0, 0.0], [0.0, 1.0]]))
    0.5
    """
    return float(probabilities.mean(axis=0).max())


def meet_strangers(
    sets: Mapping[str, FeatureTable],
    classifier: Classifier,
    *,
    rate: float,
    seed: int,
    device: str,
    progress: Progress,
) -> Strangers | None:
    """Leave out a third of the classes in turn, learn the others, and see what is answered for those left out.

    Returns:
        None with fewer than three classes: with one left out there are no two to tell apart.

    Raises:
        ScoreError: a rate that is no share.
    """
    if not 0 < rate < 1:
        raise ScoreError(f"the share of strangers that may be accepted lies between 0 and 1; got {rate!r}.")
    labels = list(sets)
    if len(labels) < 3:
        return None
    order = np.random.default_rng(seed).permutation(len(labels))
    found: dict[str, Numbers] = {}
    for group in range(min(GROUPS, len(labels))):
        out = {labels[place] for place in order[group::GROUPS]}
        known = {label: table for label, table in sets.items() if label not in out}
        if len(known) < 2:  # of three classes, one of three groups holds one: two are left
            continue
        taught = divided(known, seed=seed)
        learned = classifier.fit(
            taught.train, taught.validation, classes=len(known), seed=seed, device=device, progress=progress
        )
        warmth = Temperature.fit(learned.logits(taught.validation.values), taught.validation)
        for label in sorted(out):
            found[label] = warmth.probabilities(learned.logits(sets[label].values))
    return Strangers(tuple(found), tuple(found.values()), rate)


def _supports(probabilities: Numbers, pictures: int, rng: np.random.Generator) -> Numbers:
    if pictures == 1:
        return np.asarray(probabilities.max(axis=1))
    count = len(probabilities)
    # Where the class has fewer pictures than are asked for, some are drawn twice.
    draws: Sequence[NDArray[np.int64]] = [
        rng.choice(count, pictures, replace=pictures > count) for _ in range(_DRAWS)
    ]
    return np.array([support(probabilities[rows]) for rows in draws])
