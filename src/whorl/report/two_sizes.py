"""A figure for a wide page and for a phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

from whorl.report.display import Display
from whorl.report.views import FORMATS, FigureView


class Resizable(Protocol):
    """A display that can be drawn for a phone."""

    def plot(self, *, small: bool = False) -> Display:
        """Draw."""
        ...


@dataclass(frozen=True)
class CaptionedFigure:
    """A figure in both sizes under its heading, and what it shows in words."""

    title: str
    figures: FigureView
    caption: str


def captioned(display: Resizable, *, title: str, caption: str, prefix: str) -> CaptionedFigure:
    """Draw a figure in both sizes; `prefix` starts its ids, another per figure of a page."""
    # Safe: made by matplotlib alone, letters drawn as paths; the one text in it is escaped by figure_svg.
    wide, narrow = (display.plot(small=small).to_svg(prefix=prefix + kind) for small, kind in FORMATS)
    return CaptionedFigure(title, FigureView(Markup(wide), Markup(narrow)), caption)  # noqa: S704
