"""Does the model copy its training data? C_T, the Reference, the curve and its meaning."""

from whorl.memorization.c_t import c_t
from whorl.memorization.cells import Cells
from whorl.memorization.comparison import Comparison, SharedPictures, compare
from whorl.memorization.curve import Curve, LayerPictures
from whorl.memorization.mann_whitney import z_u
from whorl.memorization.pairs import ClosestPair
from whorl.memorization.partition import Partition
from whorl.memorization.pooled_score import PooledScore
from whorl.memorization.projection import Projection
from whorl.memorization.reference import Reference
from whorl.memorization.score import CellScore, CTScore
from whorl.memorization.settings import ReferenceSettings
from whorl.memorization.verdict import LevelVerdict, Verdict

__all__ = [
    "CTScore",
    "CellScore",
    "Cells",
    "ClosestPair",
    "Comparison",
    "Curve",
    "LayerPictures",
    "LevelVerdict",
    "Partition",
    "PooledScore",
    "Projection",
    "Reference",
    "ReferenceSettings",
    "SharedPictures",
    "Verdict",
    "c_t",
    "compare",
    "z_u",
]
