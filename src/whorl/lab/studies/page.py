"""A study as one HTML file, and its claims as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from whorl.lab.studies.display import StudyDisplay
from whorl.lab.studies.panels import CellsPanel, CurvesPanel, RatesPanel
from whorl.lab.studies.result import Claim, StudyResult
from whorl.report.details import detail_groups
from whorl.report.grid import Column, Grid
from whorl.report.page import Fact, Page, render_page
from whorl.report.sections import Section, Sections
from whorl.report.text import counted, p_number, signed
from whorl.report.two_sizes import captioned

_LIMITS = (
    "A claim is tested on these pictures, this encoder and these generators. That it holds here or does not says "
    "nothing about others.",
    "'Not decided' is no verdict: the interval holds both answers.",
    "Intervals are 95 %, each for itself: of twenty claims that are not so, about one may seem so. They draw the "
    "scored pictures anew; T, P and the encoder stay as they are.",
)


def render_study(result: StudyResult, *, details: Mapping[str, object]) -> str:
    """Return the page as text; equal input gives equal text."""
    figure = captioned(StudyDisplay(result), title="", caption=_caption(result), prefix="s")
    found = Counter(claim.outcome for claim in result.claims)
    page = Page(
        overline="Whorl · The studies of arXiv 2407.21159",
        title=result.title,
        lead=result.asks,
        facts=tuple(Fact(str(count), outcome) for outcome, count in sorted(found.items())),
        limits=_LIMITS,
        details=detail_groups({**result.measured, **details}),
        footer=f"{result.study} of He, Zhao, Bai, Hsieh (arXiv 2407.21159), measured anew.",
    )
    view = Sections(
        result.notes,
        (
            Section("What was seen", figures=(figure,)),
            Section("What the paper says, tested", grids=(claims_grid(result),)),
        ),
    )
    return render_page("sections.html.j2", page, view)


def _caption(result: StudyResult) -> str:
    """Say how to read what is drawn, and no more."""
    lines = [line for panel in result.panels if isinstance(panel, CurvesPanel) for line in panel.lines]
    told = []
    if lines:
        told.append(
            "Each line is one set of pictures, or a mean of several; each point one layer of the encoder. Above "
            "0, pictures lie farther from the training pictures than held-out ones do; below, nearer."
        )
    if any(line.low for line in lines):
        told.append("Bands are 95 % intervals over pictures; panels of many lines have none.")
    if any(line.by == "published" for line in lines):
        told.append("Dashed: the paper's own numbers.")
    if any(isinstance(panel, RatesPanel) for panel in result.panels):
        told.append("Bars are 95 % intervals, hollow diamonds the paper's numbers, the dashed line guessing.")
    if any(isinstance(panel, CellsPanel) for panel in result.panels):
        told.append("Frames hold the sets of one architecture; dark is alike, grey a set and itself.")
    return " ".join(told) or result.asks


def claims_grid(result: StudyResult) -> Grid:
    """Return the claims, a row each."""
    columns = (
        Column("claim", prose=True),
        Column("of what", prose=True),
        Column("outcome"),
        Column("measured", number=True),
        Column("95 % interval, p", number=True),
        Column("published, as claimed?", number=True),
        Column("what the number is", prose=True),
    )
    title = f"{result.title}: {counted(len(result.claims), 'claim')}"
    rows = tuple(map(_row, result.claims))
    narrow = Grid(
        title,
        (Column("claim, of what", prose=True), *columns[2:5]),
        tuple((f"{row[0]}: {row[1]}", *row[2:5]) for row in rows),
    )
    return Grid(title, columns, rows, narrow=narrow)


def _row(claim: Claim) -> tuple[str, ...]:
    return (
        f"{claim.says} ({claim.where})",
        claim.about,
        claim.outcome,
        signed(claim.value, 2),
        _sure(claim),
        _published(claim),
        claim.measure,
    )


def _sure(claim: Claim) -> str:
    told = []
    if claim.low is not None and claim.high is not None:
        told.append(f"{signed(claim.low, 2)} to {signed(claim.high, 2)}")
    if claim.p_value is not None:
        told.append(f"p {p_number(claim.p_value)}")
    return ", ".join(told)


def _published(claim: Claim) -> str:
    if claim.published is None:
        return ""
    meets = {True: " (so)", False: " (not so)", None: ""}[claim.published_meets]
    return f"{signed(claim.published, 2)}{meets}"
