"""A page of sections: what templates/sections.html.j2 shows."""

from __future__ import annotations

from dataclasses import dataclass

from whorl.report.grid import Grid
from whorl.report.two_sizes import CaptionedFigure


@dataclass(frozen=True)
class Section:
    """A part of the page: sentences, figures, tables, and tables that are folded away."""

    title: str
    told: tuple[str, ...] = ()
    figures: tuple[CaptionedFigure, ...] = ()
    grids: tuple[Grid, ...] = ()
    folded: tuple[Grid, ...] = ()


@dataclass(frozen=True)
class Sections:
    """The page's content: what should be known first, and its parts."""

    notes: tuple[str, ...]
    sections: tuple[Section, ...]
