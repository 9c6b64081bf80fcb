"""Some pictures, the real ones nearest to them, and their artifacts, in rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from whorl.attribution.examples import Example
from whorl.errors import WhorlError
from whorl.images.contract import Picture
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FAINT, FONT, INK, MUTED, PLACEHOLDER
from whorl.report.pictures import check_picture, enlarge, reduce
from whorl.report.text import percent, plain, shorten

_SIDE, _CAPTION, _LEFT, _TOP = 1.35, 0.62, 0.95, 0.1
_MOST_PIXELS, _ENOUGH_PIXELS = 400, 160


class ExamplesDisplay(Display):
    """A column per picture: the picture, its nearest real picture and its artifact, where any has one.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: its axes, row by row.

    Raises:
        WhorlError: no picture, or something that is none.
    """

    axes_: tuple[Axes, ...]

    def __init__(self, examples: Sequence[Example]) -> None:
        if not examples:
            raise WhorlError("there is no picture to show; give at least one.")
        self.examples = tuple(examples)
        self._rows = [("picture", [each.picture for each in self.examples])]
        if any(each.nearest is not None for each in self.examples):
            self._rows.append(("nearest real", [each.nearest for each in self.examples]))
        if any(each.artifact is not None for each in self.examples):
            self._rows.append(("artifact", [each.artifact for each in self.examples]))
        for what, pictures in self._rows:
            for picture in pictures:
                if picture is not None:
                    check_picture(picture, what)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: three pictures, 400 pixels wide."""
        columns = len(self.examples[:3] if small else self.examples)
        left, side = (0.55, 1.1) if small else (_LEFT, _SIDE)
        width, height = left + columns * side + 0.1, _TOP + len(self._rows) * side + _CAPTION
        self.figure_ = new_figure(width, height)
        self.figure_.set_layout_engine("none")
        axes = []
        for row, (what, pictures) in enumerate(self._rows):
            bottom = height - _TOP - (row + 1) * side
            self.figure_.text(
                (left - 0.1) / width, (bottom + side / 2) / height, what.replace(" ", "\n"), ha="right",
                va="center", fontsize=7.5 if small else 9, color=MUTED, fontfamily=FONT,
            )  # fmt: skip
            for column, picture in enumerate(pictures[:columns]):
                box = (left + column * side, bottom, side - 0.08, side - 0.08)
                ax = self.figure_.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
                _show(ax, picture)
                axes.append(ax)
        for column, example in enumerate(self.examples[:columns]):
            self.figure_.text(
                (left + column * side) / width, (_CAPTION - 0.1) / height, _caption(example, small=small),
                va="top", fontsize=7 if small else 8, color=INK, fontfamily=FONT, linespacing=1.4,
                parse_math=False,
            )  # fmt: skip
        self.axes_ = tuple(axes)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = [
            f"{plain(each.id)}: {plain(each.answer)}, {percent(each.probability)}"
            + (f", nearest to {plain(each.nearest_id)}" if each.nearest_id is not None else "")
            for each in self.examples
        ]
        rows = ", ".join(what for what, _ in self._rows)
        return f"Some pictures with their answers ({rows}). {'; '.join(told)}."


def _caption(example: Example, *, small: bool) -> str:
    letters = 15 if small else 19
    return (
        f"{shorten(example.answer, letters)}\n{percent(example.probability)}\n{shorten(example.id, letters)}"
    )


def _show(ax: Axes, picture: Picture | None) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(FAINT)
        spine.set_linewidth(0.6)
    if picture is None:
        ax.add_patch(Rectangle((0, 0), 1, 1, transform=ax.transAxes, color=PLACEHOLDER, linewidth=0))
        ax.text(
            0.5, 0.5, "not at\nhand", transform=ax.transAxes, ha="center", va="center", fontsize=8, color=MUTED,
            fontfamily=FONT,
        )  # fmt: skip
        return
    ax.imshow(np.asarray(enlarge(reduce(picture, _MOST_PIXELS), _ENOUGH_PIXELS)), interpolation="nearest")
