"""Two sets of generated pictures, layer by layer: the statistics of their difference, and what they are worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from whorl.encoders.contract import Layer
from whorl.evidence.evidence import LayerDistances, Statistic, mean_over_partitions
from whorl.evidence.lower_tail import LowerTail, Measure, scaled
from whorl.evidence.permutations import Divisions, adjusted, p_values
from whorl.evidence.placement import PlacementDifference, held_out_counts, placements

_CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class SetDistances:
    """What is known of one set of m generated pictures.

    Attributes:
        layers: at each, distances of the m pictures followed by those of the n held-out ones.
        generated: m.
    """

    layers: tuple[LayerDistances, ...]
    generated: int


@dataclass(frozen=True)
class TailCounts:
    """How many of the pictures nearest to training are of which set.

    Attributes:
        measure: by which nearness is told.
        nearest: how many pictures of both sets were counted.
        first, second: of them, those of either set.
    """

    measure: Measure
    nearest: int
    first: int
    second: int


@dataclass(frozen=True)
class LayerDifference:
    """How two sets differ at one layer. Negative: the first lies nearer to training.

    Attributes:
        layer: which.
        placement: mean placement of the first set minus that of the second, between -1 and 1; None where no cell
            holds pictures of both.
        low, high: 95 % interval of it for this layer alone, from each set's own spread (closed form, normal
            approximation); the Reference and the sets' numbers in each cell are taken as given. The p-values come
            from the divisions, so near the level the two may disagree.
        standardised: `placement` over its spread over the random divisions.
        tail: the nearest pictures of both, so many as speak loudest for a difference.
        p_placement, p_tail: two-sided, valid for this layer and this statistic alone.
        adjusted: for a difference by either statistic, over all layers of this pair of sets.
        by: which statistic tells more: "mean rank" (the placements) or "lower tail".
    """

    layer: Layer
    placement: float | None
    low: float | None
    high: float | None
    standardised: float | None
    tail: TailCounts
    p_placement: float
    p_tail: float
    adjusted: float
    by: Statistic


def layer_differences(
    one: SetDistances, other: SetDistances, count: int, seed: int
) -> tuple[LayerDifference, ...]:
    """Return the difference of two sets at each layer, by `count` random divisions; see `differences`."""
    drawn = Divisions(one.generated, other.generated, count, seed)
    pairs = [
        _PairedLayer(*each, one.generated, other.generated)
        for each in zip(one.layers, other.layers, strict=True)
    ]
    widths = [pair.features.shape[1] for pair in pairs]
    # One product for all layers: the divisions are written out once.
    sums = np.split(
        drawn.sums(np.concatenate([p.features for p in pairs], axis=1)), np.cumsum(widths)[:-1], axis=1
    )
    values = [pair.statistics(its) for pair, its in zip(pairs, sums, strict=True)]
    gaps, tails = (np.stack(each, axis=1) for each in zip(*values, strict=True))
    family = np.concatenate([_scaled_gaps(gaps), scaled(tails)], axis=1)
    tail_tells = np.less(*family[0].reshape(2, -1)[::-1])
    over_all = adjusted(family).reshape(2, -1).min(axis=0)
    alone = np.stack([p_values(np.abs(gaps))[0], p_values(tails)[0]])
    return tuple(
        pair.difference(
            gaps[:, i], alone[:, i].tolist(), float(over_all[i]), "lower tail" if tail else "mean rank"
        )
        for i, (pair, tail) in enumerate(zip(pairs, tail_tells.tolist(), strict=True))
    )


def _scaled_gaps(gaps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return differences of placement on the scale of p-values, two-sided and as if normal, (1 + B, L).

    p-values counted from the divisions end at 1 / (1 + B), where the clearest difference ties with each division
    that is foremost in any one statistic. On this scale it does not. The scale decides how much either statistic
    weighs; how often the smallest is as small when there is nothing, is counted.
    """
    known = ~np.isnan(gaps)
    spread = np.array([_spread(column) for column in gaps.T])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known & (spread > 0), 2 * stats.norm.sf(np.abs(gaps) / spread), 1.0))


def _spread(gaps: NDArray[np.float64]) -> float:
    """Return the spread of one layer's differences over all divisions, 0 where none is known."""
    known = gaps[~np.isnan(gaps)]
    return float(known.std()) if known.size else 0.0


class _PairedLayer:
    """One layer of two sets: what is summed over a division's first set, and what the sums say."""

    def __init__(self, one: LayerDistances, other: LayerDistances, first: int, second: int) -> None:
        self.layer, self._first, self._second = one.layer, first, second
        self._parts = [
            PlacementDifference(
                np.concatenate([placements(a, first), placements(b, second)]),
                np.concatenate([a.cells[:first], b.cells[:second]]),
                held_out_counts(a, first),
            )
            for a, b in zip(one.partitions, other.partitions, strict=True)
        ]
        self._measures = [
            np.concatenate([mine[:first], theirs[:second]])
            for mine, theirs in ((one.nearness, other.nearness), (one.relative, other.relative))
        ]
        self._tails = [LowerTail(self._measures, each) for each in (first, second)]
        self.features = np.concatenate(
            [*(part.features for part in self._parts), self._tails[0].features], axis=1
        )

    def statistics(self, sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return of every division the mean difference of placements over the partitions, and the larger tail."""
        widths = np.cumsum([part.features.shape[1] for part in self._parts])
        *placed, near = np.split(sums, widths, axis=1)
        gaps = np.stack([part.statistic(its) for part, its in zip(self._parts, placed, strict=True)], axis=1)
        rest = self._tails[1].features.sum(axis=0) - near
        return mean_over_partitions(gaps), np.maximum(
            self._tails[0].statistic(near), self._tails[1].statistic(rest)
        )

    def difference(
        self, gaps: NDArray[np.float64], alone: Sequence[float], family: float, by: Statistic
    ) -> LayerDifference:
        """Put the layer's result together; `gaps` are the placement differences of all divisions."""
        gap, spread = float(gaps[0]), _spread(gaps)
        low, high = self._interval(gap)
        return LayerDifference(
            layer=self.layer,
            placement=None if math.isnan(gap) else gap,
            low=low,
            high=high,
            standardised=None if math.isnan(gap) or not spread else gap / spread,
            tail=self._loudest(),
            p_placement=alone[0],
            p_tail=alone[1],
            adjusted=family,
            by=by,
        )

    def _interval(self, gap: float) -> tuple[float | None, float | None]:
        """Return the 95 % interval; a picture's influences over the partitions are those of one picture."""
        if math.isnan(gap):
            return None, None
        firsts = [part.features[: self._first].sum(axis=0, keepdims=True) for part in self._parts]
        counting = [
            part.influences(self._first)
            for part, sums in zip(self._parts, firsts, strict=True)
            if not np.isnan(part.statistic(sums)[0])
        ]
        half = float(stats.norm.isf((1 - _CONFIDENCE) / 2) * np.linalg.norm(np.mean(counting, axis=0)))
        return max(-1.0, gap - half), min(1.0, gap + half)

    def _loudest(self) -> TailCounts:
        """Return the counts where the true division's lower tail is most surprising, in either direction."""
        owns = (slice(self._first), slice(self._first, None))
        crowds = [
            tail.crowd(tail.features[own].sum(axis=0)) for tail, own in zip(self._tails, owns, strict=True)
        ]
        one, other = crowds
        if one.surprise >= other.surprise:
            return TailCounts(one.measure, one.nearest, one.first, one.nearest - one.first)
        return TailCounts(other.measure, other.nearest, other.nearest - other.first, other.first)
