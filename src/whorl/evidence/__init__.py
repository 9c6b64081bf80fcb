"""What distances to training are worth: valid p-values, one verdict, likely copies, differences of sets."""

from whorl.evidence.authenticity import Authenticity, authenticity, relative
from whorl.evidence.calibrated_distance import CalibratedDistance, calibrated, calibrated_distance
from whorl.evidence.differences import PairDifference, differences
from whorl.evidence.distance_ratio import DistanceRatio, distance_ratio
from whorl.evidence.evidence import ALPHA, Evidence, Finding, LayerDistances, LayerEvidence, weigh
from whorl.evidence.mean_rank import CellDistances
from whorl.evidence.other_scores import OtherScores
from whorl.evidence.per_picture import CopyCount, conformal_p_values, copy_count, flagged
from whorl.evidence.tail_share import TailShare
from whorl.evidence.two_sets import LayerDifference, SetDistances, TailCounts

__all__ = [
    "ALPHA",
    "Authenticity",
    "CalibratedDistance",
    "CellDistances",
    "CopyCount",
    "DistanceRatio",
    "Evidence",
    "Finding",
    "LayerDifference",
    "LayerDistances",
    "LayerEvidence",
    "OtherScores",
    "PairDifference",
    "SetDistances",
    "TailCounts",
    "TailShare",
    "authenticity",
    "calibrated",
    "calibrated_distance",
    "conformal_p_values",
    "copy_count",
    "differences",
    "distance_ratio",
    "flagged",
    "relative",
    "weigh",
]
