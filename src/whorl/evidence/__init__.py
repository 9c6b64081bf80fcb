"""What distances to training are worth: valid p-values, one verdict, likely copies, differences of sets."""

from whorl.evidence.authenticity import Authenticity, authenticity, relative
from whorl.evidence.calibrated_distance import CalibratedDistance, calibrated, calibrated_distance
from whorl.evidence.differences import PairDifference, differences
from whorl.evidence.distance_ratio import DistanceRatio, distance_ratio
from whorl.evidence.evidence import (
    ALPHA,
    Evidence,
    Finding,
    LayerDistances,
    LayerEvidence,
    Statistic,
    finding_of,
    weigh,
)
from whorl.evidence.lower_tail import Crowd, Measure
from whorl.evidence.mean_rank import CellDistances
from whorl.evidence.other_scores import OtherScores
from whorl.evidence.per_picture import CopyCount, conformal_p_values, copy_count, flagged, least_listed
from whorl.evidence.tail_share import TailShare
from whorl.evidence.two_sets import LayerDifference, SetDistances, TailCounts

__all__ = [
    "ALPHA",
    "Authenticity",
    "CalibratedDistance",
    "CellDistances",
    "CopyCount",
    "Crowd",
    "DistanceRatio",
    "Evidence",
    "Finding",
    "LayerDifference",
    "LayerDistances",
    "LayerEvidence",
    "Measure",
    "OtherScores",
    "PairDifference",
    "SetDistances",
    "Statistic",
    "TailCounts",
    "TailShare",
    "authenticity",
    "calibrated",
    "calibrated_distance",
    "conformal_p_values",
    "copy_count",
    "differences",
    "distance_ratio",
    "finding_of",
    "flagged",
    "least_listed",
    "relative",
    "weigh",
]
