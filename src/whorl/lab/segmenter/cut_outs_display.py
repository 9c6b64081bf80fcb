"""Pictures, what a segmenter sees in them, and what it cuts out, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from whorl.images.contract import Picture
from whorl.lab.segmenter.saved import Segmenter
from whorl.report.contact_sheet import MOST_SAMPLES, contact_sheet
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FONT, INK

_FILL = 236
_ROWS = ("picture", "class map", "cut-out")


@dataclass
class CutOutsDisplay(Display):
    """Up to 16 pictures, the maps of their classes (white is high), and their cut-outs on grey.

    Attributes:
        pictures: uint8 (H, W, 3) each.
        maps: the same number, uint8 (H, W, 3), black to white.
        cut_outs: the same number, uint8 (H, W, 3).
    """

    pictures: Sequence[Picture]
    maps: Sequence[Picture]
    cut_outs: Sequence[Picture]

    @classmethod
    def from_segmenter(cls, segmenter: Segmenter, pictures: Sequence[Picture]) -> CutOutsDisplay:
        """Cut out the subjects of at most 16 pictures."""
        shown = list(pictures[:MOST_SAMPLES])
        greys = [np.rint(255 * segmenter.class_map(each).scaled()).astype(np.uint8) for each in shown]
        maps = [grey[..., None].repeat(3, axis=2) for grey in greys]
        return cls(shown, maps, [segmenter.cut_out(each, fill=_FILL) for each in shown])

    def plot(self) -> Self:
        """Draw the three rows."""
        sheet = contact_sheet([*self.pictures, *self.maps, *self.cut_outs], columns=len(self.pictures))
        height, width = sheet.shape[:2]
        inches = max(2.4, 0.56 * len(self.pictures))
        self.figure_ = new_figure(inches + 1.0, inches * height / width + 0.2)
        ax = self.figure_.subplots()
        ax.imshow(sheet, interpolation="nearest")
        places = [height * (2 * row + 1) / (2 * len(_ROWS)) for row in range(len(_ROWS))]
        ax.set_yticks(places, _ROWS, fontfamily=FONT, color=INK)
        ax.set_xticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        return self

    @property
    def description(self) -> str:
        """The figure in words."""
        return (
            f"{len(self.pictures)} pictures; below each the map of the class that a segmenter sees in it, white "
            "where it is high, and the part of the picture that it takes for the subject"
        )
