"""How far apart the sets' C_T-layer curves lie, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Self

import numpy as np
from matplotlib.axes import Axes

from whorl.errors import WhorlError
from whorl.evaluation.results import EvaluatedSet, Evaluation
from whorl.report.display import Display
from whorl.report.evaluation.heat_map import draw_cells, frame_cells
from whorl.report.figures import new_figure
from whorl.report.named_styles import as_written, panel_title
from whorl.report.palette import FONT, MUTED
from whorl.report.text import counted, shorten

_MOST_NAMED = 30


class CurveDistancesDisplay(Display):
    """Euclidean distances between the sets' C_T-layer curves: arXiv 2407.21159, Figure 6b.

    Sets are ordered by data set and architecture; frames hold the sets of one architecture on one data set. Dark
    is far. Grey: no layer in common. Of more than 30 sets the groups are named, not the sets.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.

    Raises:
        WhorlError: there are no distances.
    """

    ax_: Axes

    def __init__(self, evaluation: Evaluation) -> None:
        if not evaluation.sets or len(evaluation.curve_distances) != len(evaluation.sets):
            raise WhorlError("this evaluation has no distances between curves to draw.")
        order = sorted(range(len(evaluation.sets)), key=lambda i: _place(evaluation.sets[i]))
        self.sets = tuple(evaluation.sets[i] for i in order)
        values = np.array(evaluation.curve_distances, dtype=np.float64)  # None becomes NaN
        self._distances = values[np.ix_(order, order)]

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        self.figure_ = new_figure(4.0, 4.1) if small else new_figure(9.0, 7.0)
        self.ax_ = ax = self.figure_.add_subplot()
        finite = self._distances[np.isfinite(self._distances)]
        mesh = draw_cells(ax, self._distances, highest=float(finite.max(initial=0.0)))
        ax.set_aspect("equal")
        names, places = self._names(small=small)
        ax.set_xticks(places, labels=names, rotation=90 if len(names) > 6 else 40, ha="right")
        for label in ax.get_xticklabels():
            label.set(rotation_mode="anchor", va="center" if len(names) > 6 else "top")
        ax.set_yticks(places, labels=names)
        size = max(4.5, min(9.0, (150 if small else 330) / len(names)))
        as_written([*ax.get_xticklabels(), *ax.get_yticklabels()], size=size)
        for first, last in self._groups():
            frame_cells(ax, first, last, width=1.0 if small else 1.4)
        panel_title(ax, "distance between C_T-layer curves", small=small)
        bar = self.figure_.colorbar(mesh, ax=ax, shrink=0.55, aspect=24, pad=0.02)
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=8, labelfontfamily=FONT, labelcolor=MUTED, length=0)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        same, other = self._medians()
        told = [
            f"{words} {value:.2f}"
            for words, value in (("within an architecture and data set", same), ("between them", other))
            if value is not None
        ]
        medians = f" Median distance {', '.join(told)}." if told else ""
        return f"Distances between the C_T-layer curves of {counted(len(self.sets), 'set')}.{medians}"

    def _medians(self) -> tuple[float | None, float | None]:
        groups = np.array([number for number, span in enumerate(self._groups()) for _ in range(*_half(span))])
        pairs = np.triu(np.ones(self._distances.shape, bool), 1) & np.isfinite(self._distances)
        together = groups[:, None] == groups[None, :]
        same, other = self._distances[pairs & together], self._distances[pairs & ~together]
        return (
            float(np.median(same)) if same.size else None,
            float(np.median(other)) if other.size else None,
        )

    def _groups(self) -> list[tuple[int, int]]:
        found, start = [], 0
        for _, members in groupby(self.sets, key=lambda each: (each.dataset, each.architecture)):
            count = len(list(members))
            found.append((start, start + count - 1))
            start += count
        return found

    def _names(self, *, small: bool) -> tuple[list[str], list[float]]:
        letters = 14 if small else 26
        if len(self.sets) <= (16 if small else _MOST_NAMED):
            return [shorten(self._name(each), letters) for each in self.sets], list(
                map(float, range(len(self.sets)))
            )
        groups = self._groups()
        names = [shorten(self._name(self.sets[first], run=False), letters) for first, _ in groups]
        return names, [(first + last) / 2 for first, last in groups]

    def _name(self, each: EvaluatedSet, *, run: bool = True) -> str:
        several = len({one.dataset for one in self.sets}) > 1
        parts = (each.dataset if several else "", each.architecture, each.run if run else "")
        return "/".join(filter(None, parts))


def _place(each: EvaluatedSet) -> tuple[str, str, str, str]:
    return each.dataset, each.architecture, each.run, each.name


def _half(span: Sequence[int]) -> tuple[int, int]:
    return span[0], span[1] + 1
