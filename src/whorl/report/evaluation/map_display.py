"""Where every set lies, in two dimensions."""

from __future__ import annotations

from itertools import product
from typing import Any, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from whorl.errors import WhorlError
from whorl.evaluation.results import Evaluation
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import hollow, legend_below, styles_by_name
from whorl.report.palette import FAINT, FONT, MUTED, LineStyle, line_style
from whorl.report.text import counted, plain, shorten

_POINT = 5.0
_GAP = 5.0
_LETTERS = 18
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))


class MapDisplay(Display):
    """The 2-D map of the default method's numbers: a mark per set, near each other where sets are alike.

    Colours are architectures (hollow where a colour comes again); marks too, unless there are several data
    sets, which then have a mark each. Each architecture is named once on every data set, where there is room.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.
        named_: the architectures that found room for their name, after `plot`.

    Raises:
        WhorlError: there is no set.
    """

    ax_: Axes
    named_: tuple[str, ...]

    def __init__(self, evaluation: Evaluation) -> None:
        self.sets = tuple(each for each in evaluation.sets if np.isfinite(each.position).all())
        if not self.sets:
            raise WhorlError("this evaluation has no set to draw on a map.")
        self.default = evaluation.default
        self.datasets = tuple(sorted({each.dataset for each in self.sets}))
        self._styles = styles_by_name(each.architecture for each in evaluation.sets)
        self._positions: NDArray[np.float64] = np.array([each.position for each in self.sets], np.float64)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        names = len(self._styles) + (len(self.datasets) if len(self.datasets) > 1 else 0)
        legend = 0.2 * (-(-names // (2 if small else 5))) + 0.2
        self.figure_ = new_figure(4.0 if small else 9.0, (3.8 if small else 5.4) + legend)
        self.ax_ = ax = self.figure_.add_subplot()
        self._frame(ax)
        for each, (x, y) in zip(self.sets, self._positions, strict=True):
            style = self._styles[each.architecture]
            ax.plot(
                [x], [y], marker=self._marker(each.architecture, each.dataset), linestyle="none",
                markersize=6 if small else 8, alpha=0.9, zorder=3, **_paint(style),
            )  # fmt: skip
        legend_below(self.figure_, *self._legend(), small=small)
        # The layout decides how much room the names have.
        self.figure_.draw_without_rendering()
        self.named_ = tuple(self._names(ax, size=8.0 if small else 9.5))
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        nearest = self._nearest_alike()
        alike = (
            ""
            if nearest is None
            else f" {nearest} of {len(self.sets)} lie nearest to a set of their own architecture."
        )
        names = ", ".join(map(plain, self._styles))
        return (
            f"Map of {counted(len(self.sets), 'set')} by {plain(self.default)}, of "
            f"{counted(len(self._styles), 'architecture')}: "
            f"{names}.{alike}"
        )

    def _frame(self, ax: Axes) -> None:
        ax.margins(0.09)
        ax.set_aspect("equal", adjustable="datalim")
        ax.tick_params(length=0, labelbottom=False, labelleft=False)
        for spine in ax.spines.values():
            spine.set_color(FAINT)

    def _marker(self, architecture: str, dataset: str) -> str:
        if len(self.datasets) > 1:
            return line_style(self.datasets.index(dataset)).marker
        return self._styles[architecture].marker

    def _legend(self) -> tuple[list[Line2D], list[str]]:
        marks = [
            Line2D([], [], marker=self._marker(name, self.datasets[0]), linestyle="none", **_paint(style))
            for name, style in self._styles.items()
        ]
        if len(self.datasets) == 1:
            return marks, list(self._styles)
        kinds = [
            Line2D([], [], color=MUTED, marker=self._marker("", dataset), linestyle="none")
            for dataset in self.datasets
        ]
        return [*marks, *kinds], [
            *self._styles,
            *(dataset or "no data set said" for dataset in self.datasets),
        ]

    def _names(self, ax: Axes, *, size: float) -> list[str]:
        """Write each group's name beside one of its marks, where it covers neither marks nor other names."""
        scale = self.figure_.dpi / 72
        points = ax.transData.transform(self._positions)
        taken = [_around(x, y, _POINT * scale, _POINT * scale) for x, y in points]
        frame, named = ax.get_window_extent(), []
        groups = sorted({(each.dataset, each.architecture) for each in self.sets})
        for dataset, architecture in groups:
            mine = [
                i
                for i, each in enumerate(self.sets)
                if (each.dataset, each.architecture) == (dataset, architecture)
            ]
            text = shorten(architecture, _LETTERS)
            half = (0.33 * size * len(text) * scale, 0.6 * size * scale)
            for (dx, dy), i in product(_SIDES, mine):
                x = points[i][0] + dx * (half[0] + (_POINT + _GAP) * scale)
                y = points[i][1] + dy * (half[1] + (_POINT + 1) * scale)
                box = _around(x, y, *half)
                if _inside(box, frame) and not box.count_overlaps(taken):
                    taken.append(box)
                    named.append(architecture)
                    self._write(ax, text, ax.transData.inverted().transform((x, y)), architecture, size)
                    break
        return named

    def _write(self, ax: Axes, text: str, place: NDArray[np.float64], architecture: str, size: float) -> None:
        ax.text(
            float(place[0]), float(place[1]), text, ha="center", va="center", fontsize=size, fontfamily=FONT,
            color=self._styles[architecture].colour, parse_math=False, zorder=4,
        )  # fmt: skip

    def _nearest_alike(self) -> int | None:
        if len(self.sets) < 2:
            return None
        apart = np.linalg.norm(self._positions[:, None] - self._positions[None], axis=2)
        np.fill_diagonal(apart, np.inf)
        nearest = apart.argmin(axis=1)
        return sum(self.sets[i].architecture == self.sets[int(j)].architecture for i, j in enumerate(nearest))


def _paint(style: LineStyle) -> dict[str, Any]:
    if hollow(style):
        return {"color": style.colour, "markerfacecolor": "white", "markeredgewidth": 1.6}
    return {"color": style.colour, "markeredgecolor": "white", "markeredgewidth": 0.7}


def _around(x: float, y: float, across: float, up: float) -> Bbox:
    return Bbox.from_extents(x - across, y - up, x + across, y + up)


def _inside(box: Bbox, frame: Bbox) -> bool:
    return bool(box.x0 > frame.x0 and box.x1 < frame.x1 and box.y0 > frame.y0 and box.y1 < frame.y1)
