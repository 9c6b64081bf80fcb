"""All sets' C_T-layer curves, coloured by architecture."""

from __future__ import annotations

from typing import Self

import numpy as np
from matplotlib.axes import Axes

from whorl.errors import WhorlError
from whorl.evaluation.results import EvaluatedSet, Evaluation
from whorl.report.curve_axes import frame_layers, frame_values, mark_regions
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import legend_below, legend_line, panel_title, styles_by_name
from whorl.report.text import counted, plain, shorten, signed

_LEAST_REACH = 1.0


class ArchitectureCurvesDisplay(Display):
    """C_T at each layer of every set, a line each, in the colour of its architecture: arXiv 2407.21159, Figure 7.

    A panel per data set. Layers without a number leave a gap.

    Attributes:
        figure_: the matplotlib figure, after `plot`.

    Raises:
        WhorlError: no set has a curve.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.layers = evaluation.layers
        self.sets = tuple(each for each in evaluation.sets if any(value is not None for value in each.c_t))
        if not self.sets:
            raise WhorlError("no set of this evaluation has a C_T-layer curve to draw.")
        self.datasets = tuple(sorted({each.dataset for each in self.sets}))
        self._styles = styles_by_name(each.architecture for each in evaluation.sets)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, one panel below the other."""
        count = len(self.datasets)
        columns = 1 if small else min(2, count)
        rows = -(-count // columns)
        words = 0.6 if any(isinstance(layer, str) for layer in self.layers) else 0.0
        legend = 0.2 * (-(-len(self._styles) // (2 if small else 5))) + 0.2
        height = rows * ((2.9 if small else 3.3) + words) + legend
        self.figure_ = new_figure(4.0 if small else 9.0, height + (1.0 if count == 1 and not small else 0.0))
        grid = self.figure_.subplots(rows, columns, squeeze=False)
        for ax in grid.flat[count:]:
            ax.set_visible(False)
        for ax, dataset in zip(grid.flat, self.datasets, strict=False):
            self._panel(ax, dataset, small=small or columns > 1)
        marks = [legend_line(style) for style in self._styles.values()]
        legend_below(self.figure_, marks, self._styles, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        told = []
        for architecture in self._styles:
            mine = [
                value
                for each in self.sets
                if each.architecture == architecture
                for value in each.c_t
                if value is not None
            ]
            if mine:
                told.append(f"{plain(architecture)} from {signed(min(mine))} to {signed(max(mine))}")
        of = f"{counted(len(self.layers), 'layer')} of {counted(len(self.sets), 'set')}"
        return f"C_T at {of}: {'; '.join(told)}."

    def _panel(self, ax: Axes, dataset: str, *, small: bool) -> None:
        every = [value for each in self.sets for value in each.c_t if value is not None]
        frame_layers(ax, self.layers, small=small)
        frame_values(ax, every, _LEAST_REACH, small=small)
        mark_regions(ax, None, small=small)
        panel_title(ax, shorten(dataset, 40) or "C_T, layer by layer", small=small)
        for each in self.sets:
            if each.dataset == dataset:
                self._line(ax, each, small=small)

    def _line(self, ax: Axes, each: EvaluatedSet, *, small: bool) -> None:
        style = self._styles[each.architecture]
        values = np.array([np.nan if value is None else value for value in each.c_t], np.float64)
        ax.plot(
            range(len(values)), values, color=style.colour, linestyle=style.dashes, marker=style.marker,
            linewidth=1.1, markersize=3 if small else 4, markeredgecolor="white", markeredgewidth=0.4, alpha=0.85,
            zorder=3,
        )  # fmt: skip
