"""A study of keys as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from whorl.files import write_bytes
from whorl.latent.studies.study import LatentStudy
from whorl.report.details import detail_groups
from whorl.report.latent_study.display import LatentStudyDisplay
from whorl.report.latent_study.grids import study_grid
from whorl.report.page import Fact, Page, render_page
from whorl.report.sections import Section, Sections
from whorl.report.two_sizes import captioned

_LIMITS = (
    "What holds here holds for this generator. Others are smoother or rougher, and their latents longer.",
    "Intervals are 95 % over pictures, each for itself.",
    "A Frechet distance depends on the encoder and on how many pictures there are; the ratio compares equal "
    "numbers seen by one encoder.",
)
_FOOTER = "Keys in latents: Nie, Kim, Yang, Ren (arXiv 2304.09752), and what Whorl adds: docs/latent.md."
_CAPTION = (
    "Bars through points: 95 % intervals of shares, and the range of ratios over four rounds of other seeds. "
    "Dashed levels: conditions that stand nowhere on the axis. Dashed at 1.1: up to there quality counts as "
    "unchanged."
)
_ROWS = "A row for each condition; the line through a point is its 95 % interval."


def write_study_page(path: Path, study: LatentStudy, *, details: Mapping[str, object]) -> Path:
    """Write the page in one step; equal input gives equal bytes.

    Raises:
        StorageError: the disk is full or read-only.
    """
    write_bytes(path, render_study(study, details=details).encode())
    return path


def render_study(study: LatentStudy, *, details: Mapping[str, object]) -> str:
    """Return the page as text."""
    points = [point for series in study.series.values() for point in series]
    read = sum(point.read.pictures for point in points if point.read is not None)
    figure = captioned(
        LatentStudyDisplay(study), title="", caption=_CAPTION if study.axis else _ROWS, prefix="s"
    )
    page = Page(
        overline="Whorl · Keys in latents",
        title=study.title,
        lead=study.asks,
        facts=(
            Fact(f"{len(points):,}", "conditions"),
            *((Fact(f"{read:,}", "pictures read"),) if read else ()),
        ),
        limits=_LIMITS,
        details=detail_groups({"study": dict(study.measured), **details}),
        footer=_FOOTER,
    )
    section = Section("What was measured", figures=(figure,), grids=(study_grid(study),))
    return render_page("sections.html.j2", page, Sections(study.notes, (section,)))
