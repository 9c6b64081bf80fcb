"""What a curve means: copies, healthy or under-fits, for early layers, late layers and the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from scipy import stats

from whorl.encoders.contract import Layer
from whorl.memorization.pooled_score import PooledScore

Finding: TypeAlias = Literal["copies", "healthy", "under-fits"]
ALPHA = 0.05


@dataclass(frozen=True)
class LevelVerdict:
    """The finding for a group of layers.

    Attributes:
        finding: "copies", "healthy" or "under-fits".
        layers: the group.
        strongest: the layer that decides: the most extreme on the finding's side, for "healthy" the one
            furthest from 0.
        standardised: that layer's standardised C_T.
        p_value: its one-sided p-value on that side, times the number of layers of the whole curve
            (Bonferroni), at most 1.
    """

    finding: Finding
    layers: tuple[Layer, ...]
    strongest: Layer
    standardised: float
    p_value: float

    def __str__(self) -> str:
        return self.finding


@dataclass(frozen=True)
class Verdict:
    """Early (first third of the layers), late (last third) and whole.

    A group copies when any of its layers does, at a family-wise level of 5 % over all layers of the curve;
    it under-fits when any does and none copies.
    """

    early: LevelVerdict
    late: LevelVerdict
    whole: LevelVerdict

    def __str__(self) -> str:
        return f"{self.whole} (early {self.early}, late {self.late})"

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON values."""
        return {level: asdict(getattr(self, level)) for level in ("early", "late", "whole")}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        """Rebuild from `to_dict`'s values."""
        return cls(
            **{level: LevelVerdict(**{**v, "layers": tuple(v["layers"])}) for level, v in data.items()}
        )


def third(count: int) -> int:
    """Return how many layers make the early, and the late, third of `count`."""
    return max(1, round(count / 3))


def healthy_limit(n_layers: int) -> float:
    """Return how far a standardised C_T may lie from 0, on either side, and still be called healthy.

    The Bonferroni limit Phi^-1(1 - ALPHA / n_layers), each side tested at the family-wise level ALPHA.

    >>> round(healthy_limit(12), 2)
    2.64
    """
    return float(stats.norm.isf(ALPHA / n_layers))


def judge(layers: Sequence[Layer], scores: Sequence[PooledScore]) -> Verdict:
    """Judge a curve.

    Args:
        layers: from shallow to deep.
        scores: one per layer.
    """
    k = third(len(layers))
    pairs = list(zip(layers, scores, strict=True))
    return Verdict(
        early=_group(pairs[:k], len(pairs)),
        late=_group(pairs[-k:], len(pairs)),
        whole=_group(pairs, len(pairs)),
    )


def _group(pairs: Sequence[tuple[Layer, PooledScore]], family: int) -> LevelVerdict:
    lowest = min(pairs, key=lambda pair: pair[1].standardised)
    highest = max(pairs, key=lambda pair: pair[1].standardised)
    copying = min(1.0, lowest[1].p_value * family)
    under_fitting = min(1.0, highest[1].p_value_under_fit * family)
    finding: Finding = "copies" if copying < ALPHA else "under-fits" if under_fitting < ALPHA else "healthy"
    further_down = -lowest[1].standardised >= highest[1].standardised
    low_side = finding == "copies" or (finding == "healthy" and further_down)
    layer, score = lowest if low_side else highest
    return LevelVerdict(
        finding=finding,
        layers=tuple(name for name, _ in pairs),
        strongest=layer,
        standardised=score.standardised,
        p_value=copying if low_side else under_fitting,
    )
