"""Known, graded changes to pictures, and sources whose pictures are so changed."""

from whorl.alterations.altered import AlteredImages
from whorl.alterations.contract import Alteration, Level
from whorl.alterations.noise import Noise
from whorl.alterations.patch_shuffle import PatchShuffle
from whorl.alterations.resolution import Resolution
from whorl.alterations.rotation import Rotation

ALTERATIONS: tuple[Alteration, ...] = (Noise(), Resolution(), Rotation(), PatchShuffle())
"""The alterations of a sensitivity profile."""

__all__ = [
    "ALTERATIONS",
    "Alteration",
    "AlteredImages",
    "Level",
    "Noise",
    "PatchShuffle",
    "Resolution",
    "Rotation",
]
