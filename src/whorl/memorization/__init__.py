"""Does the model copy its training data? C_T, the Reference, the curve and its meaning."""

from whorl.memorization.c_t import c_t
from whorl.memorization.cells import Partition
from whorl.memorization.curve import ClosestPair, Curve, LayerPictures
from whorl.memorization.mann_whitney import z_u
from whorl.memorization.reference import Reference
from whorl.memorization.score import CellScore, CTScore
from whorl.memorization.settings import ReferenceSettings
from whorl.memorization.verdict import LevelVerdict, Verdict

__all__ = [
    "CTScore",
    "CellScore",
    "ClosestPair",
    "Curve",
    "LayerPictures",
    "LevelVerdict",
    "Partition",
    "Reference",
    "ReferenceSettings",
    "Verdict",
    "c_t",
    "z_u",
]
