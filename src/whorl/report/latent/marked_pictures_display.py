"""Some pictures without a key, with it, and their difference, in rows."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes

from whorl.images.contract import Picture
from whorl.latent.marking import Marking
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FAINT, FONT, INK, MUTED
from whorl.report.pictures import enlarge, reduce

MOST_SHOWN = 6
_SIDE, _CAPTION, _LEFT, _TOP = 1.4, 0.34, 0.95, 0.1
_MOST_PIXELS, _ENOUGH_PIXELS = 400, 160
_GREY = 127.5


class MarkedPicturesDisplay(Display):
    """A column per picture: without the key, with it, and the difference, amplified about grey.

    Attributes:
        factor: how many times the differences are amplified: the largest of those shown is black or white.
        figure_: the matplotlib figure, after `plot`.
        axes_: its axes, row by row.
    """

    axes_: tuple[Axes, ...]

    def __init__(self, marking: Marking) -> None:
        plain, marked = (each[:MOST_SHOWN] for each in (marking.plain, marking.pictures))
        self.change = marking.change[:MOST_SHOWN]
        apart = marked.astype(np.float64) - plain
        self.factor = amplification(float(np.abs(apart).max(initial=0)))
        shown = (_GREY + self.factor * apart).round().clip(0, 255).astype(np.uint8)
        amplified = "difference" if self.factor == 1 else f"difference\n× {self.factor:g}"
        self._rows = (("unmarked", plain), ("marked", marked), (amplified, shown))

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: three pictures, 400 pixels wide."""
        columns = min(len(self.change), 3 if small else MOST_SHOWN)
        left, side = (0.72, 1.06) if small else (_LEFT, _SIDE)
        width, height = left + columns * side + 0.1, _TOP + len(self._rows) * side + _CAPTION
        self.figure_ = new_figure(width, height)
        self.figure_.set_layout_engine("none")
        axes = []
        for row, (what, pictures) in enumerate(self._rows):
            bottom = height - _TOP - (row + 1) * side
            self.figure_.text(
                (left - 0.1) / width, (bottom + side / 2) / height, what, ha="right", va="center",
                fontsize=7.5 if small else 9, color=MUTED, fontfamily=FONT,
            )  # fmt: skip
            for column, picture in enumerate(pictures[:columns]):
                box = (left + column * side, bottom, side - 0.08, side - 0.08)
                ax = self.figure_.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
                _show(ax, picture)
                axes.append(ax)
        for column, change in enumerate(self.change[:columns]):
            self.figure_.text(
                (left + column * side) / width, (_CAPTION - 0.1) / height, f"{change:.2f} grey levels",
                va="top", fontsize=7 if small else 8, color=INK, fontfamily=FONT,
            )  # fmt: skip
        self.axes_ = tuple(axes)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = ", ".join(f"{change:.2f}" for change in self.change)
        return (
            f"Some pictures without the key, with it, and their difference times {self.factor:g}. Root mean "
            f"square differences in grey levels: {told}."
        )


def amplification(largest: float) -> float:
    """Return the factor by which differences are shown: 1, 2 or 5 times a power of ten, 1 at least.

    >>> amplification(3.0), amplification(60.0), amplification(0.0), amplification(255.0)
    (20.0, 2.0, 1.0, 1.0)
    """
    if largest <= 0:
        return 1.0
    room = _GREY / largest
    steps = [digit * 10.0**power for power in range(3) for digit in (1, 2, 5)]
    return max((step for step in steps if step <= room), default=1.0)


def _show(ax: Axes, picture: Picture) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(FAINT)
        spine.set_linewidth(0.6)
    ax.imshow(np.asarray(enlarge(reduce(picture, _MOST_PIXELS), _ENOUGH_PIXELS)), interpolation="nearest")
