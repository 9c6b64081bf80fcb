"""Pictures, the nearest real ones, and their artifacts, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from matplotlib.axes import Axes

from whorl.errors import WhorlError
from whorl.report.contact_sheet import contact_sheet
from whorl.report.display import Display
from whorl.report.figures import new_figure
from whorl.report.named_styles import panel_title
from whorl.report.palette import FONT, MUTED
from whorl.report.text import counted, plain, shorten
from whorl.structure.examples import ArtifactExamples

_ROWS = ("picture", "nearest real", "difference")
_TITLE, _EDGE = 0.36, 0.1


class ArtifactsDisplay(Display):
    """For each model some pictures, below them the nearest real ones, below these the differences.

    Differences are on grey: 0 is middle grey. One scale for all models, so that strengths can be compared.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
        axes_: one for each model.

    Raises:
        WhorlError: there is no model.
    """

    axes_: tuple[Axes, ...]

    def __init__(self, examples: Mapping[str, ArtifactExamples], *, most: int = 8) -> None:
        if not examples or most < 1:
            raise WhorlError("there is no picture to show; give examples of at least one model.")
        self.examples = dict(examples)
        self.most = most
        self.reach = max(each.reach for each in self.examples.values())

    def plot(self, *, small: bool = False) -> Self:
        """Draw; `small` is for a column or a phone: 400 pixels wide, half as many pictures."""
        columns = max(1, self.most // 2) if small else self.most
        columns = min(columns, max(map(len, self.examples.values())))
        width, left = (4.0, 0.8) if small else (9.0, 0.95)
        band = len(_ROWS) * (width - left - _EDGE) / columns
        height = len(self.examples) * (band + _TITLE) + _EDGE
        self.figure_ = new_figure(width, height)
        # Placed by hand: the layout engine moves pictures a little each time that the figure is written.
        self.figure_.set_layout_engine("none")
        axes = []
        for place, (label, each) in enumerate(self.examples.items()):
            shown = min(columns, len(each))
            bottom = height - (place + 1) * (band + _TITLE)
            across = (width - left - _EDGE) * shown / columns
            ax = self.figure_.add_axes((left / width, bottom / height, across / width, band / height))
            self._panel(ax, label, each, shown, small=small)
            axes.append(ax)
        self.axes_ = tuple(axes)
        return self

    @property
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""
        names = ", ".join(map(plain, self.examples))
        return (
            f"Pictures by {counted(len(self.examples), 'model')} ({names}), the real pictures nearest to them, "
            f"and the differences on grey, from {-self.reach:.2f} (black) to {self.reach:.2f} (white)."
        )

    def _panel(self, ax: Axes, label: str, each: ArtifactExamples, columns: int, *, small: bool) -> None:
        rows = (each.pictures, each.nearest, each.shown(self.reach))
        sheet = contact_sheet([picture for row in rows for picture in row[:columns]], columns=columns)
        ax.imshow(sheet, interpolation="nearest")
        ax.set_anchor("W")
        pitch = sheet.shape[0] / len(_ROWS)
        ax.set_xticks([])
        ax.set_yticks([pitch * (row + 0.5) for row in range(len(_ROWS))], labels=_ROWS)
        ax.tick_params(length=0, labelsize=7 if small else 8.5, labelcolor=MUTED, labelfontfamily=FONT)
        for spine in ax.spines.values():
            spine.set_visible(False)
        panel_title(ax, shorten(label, 40), small=small, pad=4)
