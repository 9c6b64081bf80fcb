"""The closest pairs, side by side: the training picture left, the generated one right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from whorl.errors import WhorlError
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.palette import FAINT, FONT, INK, MUTED, PLACEHOLDER
from whorl.report.pictures import PairPictures, Picture, enlarge, reduce
from whorl.report.text import plain, shorten
from whorl.report.words import nearness

__all__ = ["PairPictures", "PairsDisplay"]

_SIDE = 1.45
_CAPTION = 0.78
_GAP = 0.3
_MOST_PIXELS = 400
_ID_LETTERS = 34


class PairsDisplay(Display):
    """Generated pictures beside the training pictures nearest to them.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: its axes, training and generated in turn.

    >>> import numpy as np
    >>> from whorl.memorization import ClosestPair
    >>> pair = ClosestPair(layer=3, generated_id="g.png", train_id="t.png", distance=0.5, test_share=0.0)
    >>> grey = np.full((8, 8, 3), 90, np.uint8)
    >>> display = PairsDisplay.from_pairs([PairPictures(pair, train=grey, generated=None)], n_test=900).plot()
    >>> len(display.axes_)
    2
    """

    axes_: tuple[Axes, ...]

    def __init__(self, pairs: Sequence[PairPictures], *, n_test: int | None = None, title: str = "") -> None:
        if not pairs:
            raise WhorlError("there is no pair to show; give at least one.")
        self.pairs = tuple(pairs)
        self.n_test = n_test
        self.title = title

    @classmethod
    def from_pairs(cls, pairs: Sequence[PairPictures], *, n_test: int | None = None, title: str = "") -> Self:
        """Take pairs with their pictures.

        Args:
            pairs: nearest first.
            n_test: how many held-out pictures there are (`Curve.n_test`), for the captions.
            title: stands above; empty for none.

        Raises:
            WhorlError: no pair.
        """
        return cls(pairs, n_test=n_test, title=title)

    def plot(self, *, columns: int = 3) -> Self:
        """Draw, so many pairs to a row.

        Raises:
            WhorlError: fewer than one column.
        """
        if columns < 1:
            raise WhorlError(f"columns must be at least 1; got {columns}.")
        columns = min(columns, len(self.pairs))
        rows = math.ceil(len(self.pairs) / columns)
        top = 0.42 if self.title else 0.1
        width, height = columns * (2 * _SIDE + _GAP) + _GAP, top + rows * (_SIDE + _CAPTION + 0.22)
        self.figure_ = new_figure(width, height)
        self.figure_.set_layout_engine("none")
        if self.title:
            self.figure_.text(
                _GAP / width, 1 - 0.12 / height, plain(self.title), va="top", fontsize=11.5, fontweight="bold",
                color=INK, fontfamily=FONT, parse_math=False,
            )  # fmt: skip
        axes = []
        for i, pair in enumerate(self.pairs):
            left = _GAP + (i % columns) * (2 * _SIDE + _GAP)
            bottom = height - top - (i // columns) * (_SIDE + _CAPTION + 0.22) - _SIDE - 0.18
            axes += self._pair(pair, left, bottom)
        self.axes_ = tuple(axes)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        first = self.pairs[0].pair
        return (
            f"{len(self.pairs)} pairs of training and generated pictures; the first is generated "
            f"{plain(first.generated_id)} beside training {plain(first.train_id or 'unknown')}."
        )

    def _pair(self, shown: PairPictures, left: float, bottom: float) -> list[Axes]:
        width, height = self.figure_.get_size_inches()
        axes = []
        sides = (("training", shown.train), ("generated", shown.generated))
        for i, (what, picture) in enumerate(sides):
            x = left + i * _SIDE
            ax = self.figure_.add_axes(
                (x / width, bottom / height, (_SIDE - 0.05) / width, (_SIDE - 0.05) / height)
            )
            _picture(ax, picture)
            ax.set_title(what, loc="left", fontsize=8.5, color=MUTED, fontfamily=FONT, pad=3)
            axes.append(ax)
        self.figure_.text(
            left / width, (bottom - 0.07) / height, self._caption(shown), va="top", fontsize=8, color=INK,
            fontfamily=FONT, linespacing=1.4, parse_math=False,
        )  # fmt: skip
        return axes

    def _caption(self, shown: PairPictures) -> str:
        pair = shown.pair
        train = shorten(pair.train_id, _ID_LETTERS) if pair.train_id is not None else "id not kept"
        return (
            f"distance {pair.distance:.4g} at layer {shorten(str(pair.layer), 16)}\n"
            f"{nearness(pair.test_share, self.n_test, pair.by)}\n"
            f"training: {train}\ngenerated: {shorten(pair.generated_id, _ID_LETTERS)}"
        )


def _picture(ax: Axes, picture: Picture | None) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_color(FAINT)
        spine.set_linewidth(0.6)
    if picture is None:
        ax.add_patch(Rectangle((0, 0), 1, 1, transform=ax.transAxes, color=PLACEHOLDER, linewidth=0))
        ax.text(
            0.5, 0.5, "picture not\nat hand", transform=ax.transAxes, ha="center", va="center", fontsize=8.5,
            color=MUTED, fontfamily=FONT,
        )  # fmt: skip
        return
    ax.set_anchor("W")
    ax.imshow(np.asarray(enlarge(reduce(picture, _MOST_PIXELS), 160)), interpolation="nearest")
