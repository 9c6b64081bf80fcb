"""What a curve means: copies, healthy or under-fits, for early layers, late layers and the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scipy import stats

from whorl.encoders.contract import Layer
from whorl.evidence import ALPHA, Evidence, Finding, LayerEvidence, Statistic, finding_of
from whorl.memorization.pooled_score import PooledScore


@dataclass(frozen=True)
class LevelVerdict:
    """The finding for a group of layers.

    Attributes:
        finding: "copies", "healthy" or "under-fits".
        layers: the group.
        strongest: the layer that decides: the one with the smallest adjusted p-value on the finding's side, for
            "healthy" on either side.
        standardised: that layer's standardised C_T, as its `PooledScore` has it.
        p_value: its one-sided p-value on that side, adjusted for all layers of the whole curve; see `judge`.
        by: what that p-value rests on: "mean rank" (C_T), or "lower tail" (too many pictures among the very
            nearest).
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
    """Early layers (the first third of the Reference's), late layers (the last third) and whole.

    A group copies when any of its layers does, at a family-wise level of 5 % over all layers of the curve;
    it under-fits when any does and none copies. Where only some of the Reference's layers are scored, and none of
    one of these thirds, the verdict is not split: `early` and `late` are the whole.
    """

    early: LevelVerdict
    late: LevelVerdict
    whole: LevelVerdict

    def __str__(self) -> str:
        return f"{self.whole} (early {self.early}, late {self.late})"

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON values."""
        return {level: asdict(getattr(self, level)) for level in ("early", "late", "whole")}

    @property
    def split(self) -> bool:
        """Whether early and late layers are different ones: not on a curve of one layer."""
        return self.early.layers != self.late.layers

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
    layers: Sequence[Layer],
    scores: Sequence[PooledScore],
    evidence: Evidence | None = None,
    *,
    of_layers: Sequence[Layer] = (),
) -> Verdict:
    """Judge a curve.

    With evidence, by its adjusted p-values: the chance that a healthy set is said to copy is `ALPHA`, whatever the
    dependence between layers, and a lower tail counts as well as a mean rank. From scores alone, by Bonferroni's
    rule.

    Args:
        layers: from shallow to deep.
        scores: one per layer.
        evidence: of the same layers.
        of_layers: all layers of the Reference where `layers` are some of them: early and late go by the place
            among all.
    """
    seen = _seen(layers, scores, evidence)
    places = of_layers or layers
    k = third(len(places))
    early, late = (
        [each for each in seen if each.layer in group] for group in (set(places[:k]), set(places[-k:]))
    )
    if not early or not late:
        early = late = seen
    return Verdict(early=_group(early), late=_group(late), whole=_group(seen))


def judge_each(
    layers: Sequence[Layer], scores: Sequence[PooledScore], evidence: Evidence | None = None
) -> tuple[LevelVerdict, ...]:
    """Judge each layer for itself, as a group of one, at the family-wise level of all; see `judge`."""
    return tuple(_group([each]) for each in _seen(layers, scores, evidence))


@dataclass(frozen=True)
class _Seen:
    """One layer: its score, and adjusted p-values on either side."""

    layer: Layer
    standardised: float
    copying: float
    under_fitting: float
    by: Statistic = "mean rank"

    @property
    def smallest(self) -> float:
        """The p-value of the side on which more is seen."""
        return min(self.copying, self.under_fitting)

    @property
    def low_side(self) -> bool:
        """Whether that side is the one of copying."""
        return (self.copying, self.standardised) < (self.under_fitting, 0.0)


def _seen(layers: Sequence[Layer], scores: Sequence[PooledScore], evidence: Evidence | None) -> list[_Seen]:
    if evidence is None:
        return [_from_score(*pair, len(layers)) for pair in zip(layers, scores, strict=True)]
    return [_from_evidence(*pair) for pair in zip(scores, evidence.layers, strict=True)]


def _from_score(layer: Layer, score: PooledScore, family: int) -> _Seen:
    copying, under_fitting = (min(1.0, p * family) for p in (score.p_value, score.p_value_under_fit))
    return _Seen(layer, score.standardised, copying, under_fitting)


def _from_evidence(score: PooledScore, layer: LayerEvidence) -> _Seen:
    return _Seen(
        layer.layer,
        score.standardised,
        layer.adjusted_copies,
        layer.adjusted_under_fits,
        layer.by,
    )


def _group(seen: Sequence[_Seen]) -> LevelVerdict:
    copying = min(seen, key=lambda each: (each.copying, each.standardised))
    under_fitting = min(seen, key=lambda each: (each.under_fitting, -each.standardised))
    finding = finding_of(copying.copying, under_fitting.under_fitting)
    nearest_to_one = min(seen, key=lambda each: (each.smallest, -abs(each.standardised)))
    strongest = {"copies": copying, "healthy": nearest_to_one, "under-fits": under_fitting}[finding]
    low_side = finding == "copies" or (finding == "healthy" and strongest.low_side)
    return LevelVerdict(
        finding=finding,
        layers=tuple(each.layer for each in seen),
        strongest=strongest.layer,
        standardised=strongest.standardised,
        p_value=strongest.copying if low_side else strongest.under_fitting,
        by=strongest.by if low_side else "mean rank",
    )
