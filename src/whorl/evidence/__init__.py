"""What distances to training are worth: valid p-values, one verdict, likely copies, differences of sets."""

from whorl.evidence.differences import PairDifference, differences
from whorl.evidence.evidence import (
    ALPHA,
    Evidence,
    Finding,
    LayerDistances,
    LayerEvidence,
    TailShare,
    weigh,
)
from whorl.evidence.mean_rank import CellDistances
from whorl.evidence.per_picture import CopyCount, conformal_p_values, copy_count, flagged
from whorl.evidence.two_sets import LayerDifference, SetDistances, TailCounts

__all__ = [
    "ALPHA",
    "CellDistances",
    "CopyCount",
    "Evidence",
    "Finding",
    "LayerDifference",
    "LayerDistances",
    "LayerEvidence",
    "PairDifference",
    "SetDistances",
    "TailCounts",
    "TailShare",
    "conformal_p_values",
    "copy_count",
    "differences",
    "flagged",
    "weigh",
]
