"""Which finding each single layer shows."""

from __future__ import annotations

from whorl.evidence import Finding
from whorl.memorization.curve import Curve
from whorl.memorization.verdict import LevelVerdict, healthy_limit


def layer_findings(curve: Curve) -> tuple[Finding, ...]:
    """Return "copies", "healthy" or "under-fits" for each layer, at the family-wise level of the verdict."""
    return tuple(layer.finding for layer in curve.by_layer)


def by_tail_alone(curve: Curve) -> tuple[LevelVerdict, ...]:
    """Return the layers that copy by their lower tail though their C_T lies within the band of chance."""
    limit = healthy_limit(len(curve.layers))
    return tuple(
        layer
        for layer in curve.by_layer
        if layer.finding == "copies" and layer.by == "lower tail" and layer.standardised >= -limit
    )
