"""Known, graded changes to pictures, and sources whose pictures are so changed."""

from whorl.alterations.altered import AlteredImages
from whorl.alterations.background import BackgroundSwap
from whorl.alterations.contract import Alteration, Level
from whorl.alterations.jpeg import JPEG
from whorl.alterations.landscapes import open_landscapes
from whorl.alterations.noise import Noise
from whorl.alterations.patch_shuffle import PatchShuffle
from whorl.alterations.resolution import Resolution
from whorl.alterations.rotation import RandomRotation, Rotation

ALTERATIONS: tuple[Alteration, ...] = (Noise(), Resolution(), Rotation(), PatchShuffle())
"""The alterations of a sensitivity profile, unless others are given."""

__all__ = [
    "ALTERATIONS",
    "JPEG",
    "Alteration",
    "AlteredImages",
    "BackgroundSwap",
    "Level",
    "Noise",
    "PatchShuffle",
    "RandomRotation",
    "Resolution",
    "Rotation",
    "open_landscapes",
]
