"""What a curve means: copies, healthy or under-fits, for early layers, late layers and the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scipy import stats

from whorl.encoders.contract import Layer
from whorl.evidence import ALPHA, Evidence, Finding, LayerEvidence, Statistic
from whorl.memorization.pooled_score import PooledScore


@dataclass(frozen=True)
class LevelVerdict:
    """The finding for a group of layers.

    Attributes:
        finding: "copies", "healthy" or "under-fits".
        layers: the group.
        strongest: the layer that decides: the most extreme on the finding's side, for "healthy" the one
            furthest from 0.
        standardised: that layer's standardised C_T.
        p_value: its one-sided p-value on that side, adjusted for all layers of the whole curve; see `judge`.
        by: what decides: "mean rank" (C_T), or "lower tail" (too many pictures among the very nearest).
    """

    finding: Finding
    layers: tuple[Layer, ...]
    strongest: Layer
    standardised: float
    p_value: float
    by: Statistic = "mean rank"

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


def judge(
    layers: Sequence[Layer], scores: Sequence[PooledScore], evidence: Evidence | None = None
) -> Verdict:
    """Judge a curve.

    With evidence, by its adjusted p-values: the chance that a healthy set is said to copy is `ALPHA`, whatever the
    dependence between layers, and a lower tail counts as well as a mean rank. From scores alone, by Bonferroni's
    rule.

    Args:
        layers: from shallow to deep.
        scores: one per layer.
        evidence: of the same layers.
    """
    k = third(len(layers))
    seen = [_from_score(*pair, len(layers)) for pair in zip(layers, scores, strict=True)]
    if evidence is not None:
        seen = [_from_evidence(layer) for layer in evidence.layers]
    return Verdict(early=_group(seen[:k]), late=_group(seen[-k:]), whole=_group(seen))


@dataclass(frozen=True)
class _Seen:
    """One layer: its score, and adjusted p-values on either side."""

    layer: Layer
    standardised: float
    copying: float
    under_fitting: float
    by: Statistic = "mean rank"


def _from_score(layer: Layer, score: PooledScore, family: int) -> _Seen:
    copying, under_fitting = (min(1.0, p * family) for p in (score.p_value, score.p_value_under_fit))
    return _Seen(layer, score.standardised, copying, under_fitting)


def _from_evidence(layer: LayerEvidence) -> _Seen:
    return _Seen(layer.layer, layer.standardised, layer.adjusted_copies, layer.adjusted_under_fits, layer.by)


def _group(seen: Sequence[_Seen]) -> LevelVerdict:
    copying = min(seen, key=lambda each: (each.copying, each.standardised))
    under_fitting = min(seen, key=lambda each: (each.under_fitting, -each.standardised))
    finding: Finding = "healthy"
    strongest = max(seen, key=lambda each: abs(each.standardised))
    if copying.copying <= ALPHA:
        finding, strongest = "copies", copying
    elif under_fitting.under_fitting <= ALPHA:
        finding, strongest = "under-fits", under_fitting
    low_side = finding == "copies" or (finding == "healthy" and strongest.standardised < 0)
    return LevelVerdict(
        finding=finding,
        layers=tuple(each.layer for each in seen),
        strongest=strongest.layer,
        standardised=strongest.standardised,
        p_value=strongest.copying if low_side else strongest.under_fitting,
        by=strongest.by if finding == "copies" else "mean rank",
    )
