"""What distances to training are worth: valid p-values, one verdict, the lower tail, likely copies."""

from whorl.evidence.authenticity import Authenticity, authenticity, relative
from whorl.evidence.calibrated_distance import CalibratedDistance, calibrated, calibrated_distance
from whorl.evidence.distance_ratio import DistanceRatio, distance_ratio
from whorl.evidence.evidence import ALPHA, Evidence, Finding, LayerDistances, LayerEvidence, weigh
from whorl.evidence.mean_rank import CellDistances
from whorl.evidence.other_scores import OtherScores
from whorl.evidence.per_picture import CopyCount, conformal_p_values, copy_count, flagged
from whorl.evidence.tail_share import TailShare

__all__ = [
    "ALPHA",
    "Authenticity",
    "CalibratedDistance",
    "CellDistances",
    "CopyCount",
    "DistanceRatio",
    "Evidence",
    "Finding",
    "LayerDistances",
    "LayerEvidence",
    "OtherScores",
    "TailShare",
    "authenticity",
    "calibrated",
    "calibrated_distance",
    "conformal_p_values",
    "copy_count",
    "distance_ratio",
    "flagged",
    "relative",
    "weigh",
]
