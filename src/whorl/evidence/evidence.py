"""What a set's distances are worth: one verdict with a known rate of false alarms, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from whorl.encoders.contract import Layer
from whorl.evidence.lower_tail import Crowd, LowerTail, scaled
from whorl.evidence.mean_rank import CellDistances, MeanRank
from whorl.evidence.per_picture import CopyCount, conformal_p_values, copy_count, flagged
from whorl.evidence.permutations import DIVISIONS, Divisions, adjusted, p_values
from whorl.evidence.tail_share import TailShare

Finding: TypeAlias = Literal["copies", "healthy", "under-fits"]
Statistic: TypeAlias = Literal["mean rank", "lower tail"]
ALPHA = 0.05
TAIL_LEVELS = (0.01, 0.05)


@dataclass(frozen=True, eq=False)
class LayerDistances:
    """What one layer tells of m generated and n held-out pictures, the generated first.

    Attributes:
        layer: which.
        partitions: at least one.
        nearness: float64 (m + n,), the distance to the nearest of all training pictures.
        relative: float64 (m + n,), that distance over the distance from this training picture to the next one: a
            copy in a sparse part of the space is near by this measure though not by the other.
    """

    layer: Layer
    partitions: tuple[CellDistances, ...]
    nearness: NDArray[np.float64]
    relative: NDArray[np.float64]


@dataclass(frozen=True)
class LayerEvidence:
    """One layer's part of the evidence.

    Attributes:
        layer: which.
        standardised: C_T over its null spread, the mean over the partitions divided by that mean's spread over
            divisions; negative: copies.
        by_partition: the same of each partition alone; None where none of its cells can be scored.
        p_copies, p_tail, p_under_fits: valid for this layer and this statistic alone.
        adjusted_copies: for copying by either statistic, over all layers.
        adjusted_under_fits: for under-fitting, over all layers.
        by: which statistic tells more of copying: "mean rank" (C_T), or "lower tail" where that does alone or
            more clearly.
        crowd: where the lower tail tells most.
        tail: shares of generated pictures nearer to training than the held-out pictures' 1 % and 5 % quantile.
    """

    layer: Layer
    standardised: float
    by_partition: tuple[float | None, ...]
    p_copies: float
    p_tail: float
    p_under_fits: float
    adjusted_copies: float
    adjusted_under_fits: float
    by: Statistic
    crowd: Crowd
    tail: tuple[TailShare, ...]


@dataclass(frozen=True, eq=False)
class Evidence:
    """The evidence of a set of generated pictures.

    Attributes:
        layers: from shallow to deep.
        alpha: the chance that a healthy set is said to copy, and the chance that it is said to under-fit.
        divisions: how many random divisions the p-values come from.
        picture_p_values: float64 (m,), see `per_picture.conformal_p_values`.
        copies: about how many pictures are too near.
        n_flagged: how many pictures are listed as copies.
    """

    layers: tuple[LayerEvidence, ...]
    alpha: float
    divisions: int
    picture_p_values: NDArray[np.float64]
    copies: CopyCount
    n_flagged: int

    @property
    def finding(self) -> Finding:
        """The one verdict over all layers; copies where both are found."""
        return finding_of(
            min(layer.adjusted_copies for layer in self.layers),
            min(layer.adjusted_under_fits for layer in self.layers),
        )

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Which pictures are listed as copies: bool (m,); empty where the evidence was read from JSON."""
        return flagged(self.picture_p_values)

    def to_dict(self) -> dict[str, Any]:
        """Return the evidence as JSON values."""
        return {
            "finding": self.finding,
            "alpha": self.alpha,
            "divisions": self.divisions,
            "layers": [asdict(layer) for layer in self.layers],
            "copies": asdict(self.copies),
            "flagged": self.n_flagged,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        """Rebuild from `to_dict`'s values; the pictures' p-values are not among them."""
        layers = tuple(
            LayerEvidence(
                **{
                    **layer,
                    "by_partition": tuple(layer["by_partition"]),
                    "crowd": Crowd(**layer["crowd"]),
                    "tail": tuple(TailShare(**share) for share in layer["tail"]),
                }
            )
            for layer in data["layers"]
        )
        copies = CopyCount(**data["copies"])
        return cls(layers, data["alpha"], data["divisions"], np.empty(0), copies, data["flagged"])


def finding_of(copying: float, under_fitting: float) -> Finding:
    """Return what two adjusted p-values say at the level `ALPHA`; copies where both are small.

    >>> finding_of(0.01, 0.01), finding_of(0.5, 0.5)
    ('copies', 'healthy')
    """
    if copying <= ALPHA:
        return "copies"
    return "under-fits" if under_fitting <= ALPHA else "healthy"


def weigh(
    layers: Sequence[LayerDistances],
    generated: int,
    *,
    min_generated: int,
    divisions: int = DIVISIONS,
    seed: int = 0,
) -> Evidence:
    """Weigh the distances of `generated` pictures against those of the held-out ones.

    Args:
        layers: the same pictures in the same order at every layer.
        generated: m.
        min_generated: a cell counts when it holds more generated pictures than this.
        divisions: how many random ones.
        seed: fixes them.
    """
    total = len(layers[0].nearness)
    drawn = Divisions(generated, total - generated, divisions, seed)
    ranks, tails, crowds = _statistics(layers, generated, drawn, min_generated)
    means = np.stack([_standardised(mean_over_partitions(parts)) for parts in ranks], axis=1)
    p_low, p_tail, p_high = p_values(-means), p_values(tails), p_values(means)
    family = np.concatenate([_as_normal(means), scaled(tails)], axis=1)
    by_rank, by_tail = adjusted(family).reshape(2, -1)
    copying = np.minimum(by_rank, by_tail)
    under = adjusted(_as_normal(-means))
    mine, theirs = slice(generated), slice(generated, None)
    sides = [(layer.nearness[mine], layer.nearness[theirs]) for layer in layers]
    measures = [measure for layer in layers for measure in (layer.nearness, layer.relative)]
    pictures = conformal_p_values(*([each[part] for each in measures] for part in (mine, theirs)))
    found = tuple(
        LayerEvidence(
            layer=layer.layer,
            standardised=float(means[0, i]),
            by_partition=tuple(None if np.isnan(value) else value for value in ranks[i][0].tolist()),
            p_copies=float(p_low[0, i]),
            p_tail=float(p_tail[0, i]),
            p_under_fits=float(p_high[0, i]),
            adjusted_copies=float(copying[i]),
            adjusted_under_fits=float(under[i]),
            by="lower tail" if by_tail[i] < by_rank[i] else "mean rank",
            crowd=crowds[i],
            tail=tuple(TailShare.of(*sides[i], level) for level in TAIL_LEVELS),
        )
        for i, layer in enumerate(layers)
    )
    return Evidence(
        found,
        ALPHA,
        divisions,
        pictures,
        copy_count(pictures, total - generated),
        int(flagged(pictures).sum()),
    )


def _statistics(
    layers: Sequence[LayerDistances], generated: int, drawn: Divisions, min_generated: int
) -> tuple[list[NDArray[np.float64]], NDArray[np.float64], list[Crowd]]:
    """Return each layer's standardised C_T by partition, L x (1 + B, J), the lower tails, (1 + B, L), and where.

    Where: at which measure and level the true division's tail tells most.
    """
    parts: list[MeanRank | LowerTail] = []
    for layer in layers:
        parts += [MeanRank(part, min_generated=min_generated) for part in layer.partitions]
        parts.append(LowerTail((layer.nearness, layer.relative), generated))
    widths = [part.features.shape[1] for part in parts]
    # One product for all of them: the divisions are written out once.
    sums = drawn.sums(np.concatenate([part.features for part in parts], axis=1))
    split = np.split(sums, np.cumsum(widths)[:-1], axis=1)
    values = iter([part.statistic(part_sums) for part, part_sums in zip(parts, split, strict=True)])
    ranks, tails = [], []
    for layer in layers:
        ranks.append(np.stack([next(values) for _ in layer.partitions], axis=1))
        tails.append(next(values))
    crowds = [
        part.crowd(its[0]) for part, its in zip(parts, split, strict=True) if isinstance(part, LowerTail)
    ]
    return ranks, np.stack(tails, axis=1), crowds


def _as_normal(standardised: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return standardised C_T on the scale of p-values for copying, as if normal; NaN speaks for nothing.

    p-values counted from the divisions end at 1 / (1 + B), where the clearest copying ties with each division that
    is foremost at any one layer. On this scale it does not. The scale decides how much either statistic weighs;
    how often the smallest is as small when there is nothing, is counted.
    """
    return np.asarray(np.where(np.isnan(standardised), 1.0, stats.norm.cdf(standardised)))


def mean_over_partitions(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over the partitions that have a value, (1 + B,); NaN where none has."""
    known = ~np.isnan(parts)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, parts, 0).sum(axis=1) / known.sum(axis=1))


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide by the spread over all divisions; C_T's own correction of its mean is left in.

    The true one is among them: were it left out, it would be measured by another rule than its like.
    """
    known = values[~np.isnan(values)]
    spread = float(known.std()) if known.size else 0.0
    return values / spread if spread > 0 else values
