"""Whether two sets of generated pictures differ in how near to training they lie, for every pair of several sets.

Were the two sets drawn from one distribution, any m_A of the m_A + m_B pictures could have been the first set. So
the pictures of both are divided anew at random, the same divisions for every layer. The held-out pictures are a
scale that both are read from, and no source of false alarms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from whorl.evidence.evidence import ALPHA
from whorl.evidence.holm import holm
from whorl.evidence.permutations import DIVISIONS
from whorl.evidence.two_sets import LayerDifference, SetDistances, TailCounts, layer_differences


@dataclass(frozen=True)
class PairDifference:
    """How two sets differ, over all layers.

    Attributes:
        first, second: their names.
        n_first, n_second: how many pictures each has.
        layers: from shallow to deep.
        p_value: for any difference at any layer, by either statistic.
        adjusted: the same, for all pairs of sets together (Holm).
        divisions: how many random divisions the p-values come from.
    """

    first: str
    second: str
    n_first: int
    n_second: int
    layers: tuple[LayerDifference, ...]
    p_value: float
    adjusted: float
    divisions: int

    @property
    def significant(self) -> bool:
        """Whether the sets differ: the chance that any pair is wrongly said to is at most `ALPHA`."""
        return self.adjusted <= ALPHA

    @property
    def strongest(self) -> LayerDifference:
        """The layer that decides: of the smallest adjusted p-values, the largest standardised difference."""
        return min(self.layers, key=lambda each: (each.adjusted, -abs(each.standardised or 0.0)))

    def nearer(self, layer: LayerDifference) -> str:
        """Return which of the two sets lies nearer to training at a layer, by `layer.by`."""
        if layer.by == "mean rank":
            return self.first if (layer.placement or 0.0) < 0 else self.second
        more = layer.tail.first * self.n_second > layer.tail.second * self.n_first
        return self.first if more else self.second

    def significant_at(self, layer: LayerDifference) -> bool:
        """Return whether the sets differ, and at this layer, family-wise over this pair's layers."""
        return self.significant and layer.adjusted <= ALPHA

    def to_dict(self) -> dict[str, Any]:
        """Return the pair as JSON values."""
        strongest = self.strongest
        decided = {"significant": self.significant, "strongest": strongest.layer, "by": strongest.by}
        return asdict(self) | decided | {"nearer": self.nearer(strongest)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PairDifference:
        """Rebuild from `to_dict`'s values."""
        layers = tuple(
            LayerDifference(**{**each, "tail": TailCounts(**each["tail"])}) for each in data["layers"]
        )
        plain = ("first", "second", "n_first", "n_second", "p_value", "adjusted", "divisions")
        return cls(**{name: data[name] for name in plain}, layers=layers)


def differences(
    sets: Mapping[str, SetDistances], *, divisions: int | None = None, seed: int = 0
) -> tuple[PairDifference, ...]:
    """Test every pair of sets for a difference, in the order given.

    At each layer, the difference of mean placements, two-sided; and the lower tail, in the direction in which it
    is larger, so that a few copies in one set are seen. Within a pair adjusted for layers and statistics by the
    smallest of each division (Westfall and Young), over the pairs by Holm's rule.

    Args:
        sets: {name: distances}, at least two, of the same layers, held-out pictures and cells.
        divisions: how many random ones of each pair; None for 1,999, or more where so many pairs are tested
            that the smallest p-value could not pass.
        seed: fixes them.

    >>> from whorl.evidence import CellDistances, LayerDistances
    >>> rng, held_out = np.random.default_rng(0), np.linspace(0, 1, 200)
    >>> def distances(nearness):
    ...     together = np.concatenate([nearness, held_out])
    ...     part = CellDistances(together, np.zeros(len(together), int), np.ones(1, bool))
    ...     return SetDistances((LayerDistances(1, (part,), together, together),), len(nearness))
    >>> (pair,) = differences({"A": distances(rng.random(100) ** 2), "B": distances(rng.random(80))})
    >>> pair.significant, pair.nearer(pair.strongest), pair.strongest.placement < 0
    (True, 'A', True)
    """
    pairs = list(combinations(sets.items(), 2))
    count = divisions or max(DIVISIONS, math.ceil(2 * len(pairs) / ALPHA) - 1)
    found = [layer_differences(one, other, count, seed) for (_, one), (_, other) in pairs]
    p = np.array([min(layer.adjusted for layer in layers) for layers in found])
    return tuple(
        PairDifference(name, second, one.generated, other.generated, layers, own, together, count)
        for ((name, one), (second, other)), layers, own, together in zip(
            pairs, found, p.tolist(), holm(p).tolist(), strict=True
        )
    )
