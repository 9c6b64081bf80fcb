"""What every figure of a result can do: be drawn, become SVG, be written to a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from matplotlib.figure import Figure

from whorl.report.figures import figure_svg, save_figure


class Display(ABC):
    """A result as a picture. It is drawn when it is first needed, by `plot` as it draws without arguments.

    Attributes:
        figure_: the matplotlib figure, after `plot`.
    """

    figure_: Figure

    @abstractmethod
    def plot(self) -> Self:
        """Draw."""

    @property
    @abstractmethod
    def description(self) -> str:
        """The figure in words, for readers who cannot see it."""

    def to_svg(self, *, prefix: str = "w") -> str:
        """Return the figure as one ``<svg>`` element; `prefix` starts its ids, another per figure of a page."""
        return figure_svg(self._drawn(), title=self.description, prefix=prefix)

    def save(self, path: str | Path) -> Path:
        """Write the figure as .svg or .png in one step; equal results give equal bytes.

        Raises:
            WhorlError: another suffix.
            StorageError: the disk is full or read-only.
        """
        return save_figure(self._drawn(), path, title=self.description)

    def _drawn(self) -> Figure:
        return self.figure_ if hasattr(self, "figure_") else self.plot().figure_
