"""Artifacts on a plane, as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import hollow, legend_below
from whorl.report.palette import FAINT, LineStyle
from whorl.report.structure.class_styles import styles_of
from whorl.report.text import counted, percent, plain
from whorl.structure.picture_map import ArtifactMap

_TURNS = 12


class ArtifactMapDisplay(Display):
    """A dot per picture, near each other where artifacts are alike; colour and mark tell the model.

    Attributes:
        styles: of each class.
        figure_: the matplotlib figure, after `plot`.
        ax_: its axes.
    """

    ax_: Axes

    def __init__(self, found: ArtifactMap, *, styles: Mapping[str, LineStyle] | None = None) -> None:
        self.map = found
        self.styles = styles_of(found.labels, styles)

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide."""
        legend = 0.2 * (-(-len(self.styles) // (2 if small else 5))) + 0.2
        self.figure_ = new_figure(4.0 if small else 9.0, (3.8 if small else 6.4) + legend)
        self.ax_ = ax = self.figure_.add_subplot()
        # Dots of all models in turn, some of each, so that none lies on top of all others.
        for turn in range(_TURNS):
            for owner, label in enumerate(self.map.labels):
                dots, style = self.map.points[self.map.owners == owner][turn::_TURNS], self.styles[label]
                ax.plot(
                    *dots.T, marker=style.marker, linestyle="none", markersize=3 if small else 4.5, alpha=0.85,
                    **_paint(style),
                )  # fmt: skip
        ax.margins(0.04)
        ax.set_aspect("equal", adjustable="datalim")
        ax.tick_params(length=0, labelbottom=False, labelleft=False)
        for spine in ax.spines.values():
            spine.set_color(FAINT)
        marks = [
            Line2D([], [], marker=style.marker, markersize=6, linestyle="none", **_paint(style))
            for style in self.styles.values()
        ]
        legend_below(self.figure_, marks, self.styles, small=small)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        names = ", ".join(map(plain, self.styles))
        return (
            f"Map (t-SNE) of the artifacts of {counted(len(self.map.points), 'picture')} by "
            f"{counted(len(self.styles), 'model')}: {names}. Of {percent(self.map.nearest_alike)} the nearest "
            "other artifact is by the same model. Distances between groups mean nothing."
        )


def _paint(style: LineStyle) -> dict[str, Any]:
    if hollow(style):
        return {"color": style.colour, "markerfacecolor": "white", "markeredgewidth": 1.0}
    return {"color": style.colour, "markeredgecolor": "white", "markeredgewidth": 0.4}
