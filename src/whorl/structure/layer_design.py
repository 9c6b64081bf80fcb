"""How the layers of one manifold are compared: which pictures judge, and in how many dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Classifier
from whorl.attribution.manifold_names import Kind
from whorl.attribution.split import LEAST_PICTURES
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.structure.folds import folds
from whorl.structure.held_sets import HeldSets

COMPONENTS = 32
"""Dimensions of the Frechet distance ratio where there are pictures for so many."""
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, eq=False)
class LayerDesign:
    """All that decides an answer but the layer.

    Attributes:
        sets: the pictures of each model.
        parts: for each model int64 (N_i,), in the order of `sets`, the part in which a picture judges.
        classifier: what learns.
        components: of the Frechet distance ratio.
        splits: how many parts.
    """

    sets: HeldSets
    parts: Mapping[str, NDArray[np.int64]]
    classifier: Classifier
    components: int
    splits: int

    @property
    def seed(self) -> int:
        """Fixes parts, classifier, halves and random real pictures."""
        return self.sets.seed

    def decided_by(self, layer: Layer) -> dict[str, Any]:
        """Return JSON values: equal ones have equal answers."""
        return {
            **self.sets.decided_by(),
            "layer": layer,
            "classifier": dict(self.classifier.describe()),
            "components": self.components,
            "splits": self.splits,
        }


def design_of(
    sets: HeldSets, layers: Sequence[Layer], classifier: Classifier, components: int | None, splits: int
) -> LayerDesign:
    """Deal the pictures to parts, after all checks.

    Raises:
        ScoreError: too few models or pictures, or arguments that do not fit them.
    """
    held, seed = sets.held, sets.seed
    if len(held) < 2:
        raise ScoreError(f"a layer curve takes at least 2 models; got {len(held)}.")
    if splits < 2 or seed < 0:
        raise ScoreError(f"splits must be at least 2 and seed at least 0; got {splits} and {seed}.")
    least = -(-LEAST_PICTURES * splits // (splits - 1)) + 1
    small = {label: len(each) for label, each in held.items() if len(each) < least}
    if small:
        told = ", ".join(f"{label} has {count}" for label, count in small.items())
        raise ScoreError(f"{splits} splits need at least {least} pictures of each model; {told}.")
    width = min(sets.manifold.features[layer].shape[1] for layer in layers)
    chosen = chosen_components(components, width=width, smallest=min(map(len, held.values())))
    seeds = np.random.SeedSequence((seed, 4)).spawn(len(held))
    parts = {
        label: folds(each.keys[sets.order[label]], splits, np.random.default_rng(own))
        for (label, each), own in zip(held.items(), seeds, strict=True)
    }
    return LayerDesign(sets, parts, classifier, chosen, splits)


def chosen_components(wanted: int | None, *, width: int, smallest: int) -> int:
    """Return in how many principal components ratios are measured.

    Args:
        wanted: so many; None for 32, or as many as the others allow.
        width: of the narrowest layer.
        smallest: pictures of the smallest class.

    Raises:
        ScoreError: a half of the smallest class would have a singular covariance.

    >>> chosen_components(None, width=192, smallest=200), chosen_components(None, width=192, smallest=40)
    (32, 10)
    """
    half = smallest // 2
    if wanted is None:
        return min(COMPONENTS, width, max(1, half // 2))
    if not 1 <= wanted <= min(width, half - 1):
        raise ScoreError(
            f"components must lie between 1 and {min(width, half - 1)} for layers at least {width} wide and "
            f"halves of {half} pictures; got {wanted}."
        )
    return wanted
