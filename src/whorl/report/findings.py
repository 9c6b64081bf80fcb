"""Which finding each single layer shows."""

from __future__ import annotations

from whorl.evidence import Finding
from whorl.memorization.curve import Curve
from whorl.memorization.verdict import healthy_limit


def layer_findings(curve: Curve) -> tuple[Finding, ...]:
    """Return "copies", "healthy" or "under-fits" for each layer, at the family-wise level of the verdict."""
    if curve.evidence is not None:
        return tuple(curve.evidence.finding_of([layer]) for layer in curve.evidence.layers)
    limit = healthy_limit(len(curve.layers))
    return tuple(_finding(score.standardised, limit) for score in curve.scores)


def _finding(standardised: float, limit: float) -> Finding:
    return "copies" if standardised < -limit else "under-fits" if standardised > limit else "healthy"
