"""A study as one HTML file, and its claims as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from whorl.lab.studies.display import StudyDisplay
from whorl.lab.studies.panels import CurvesPanel
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
    "Intervals are 95 %, each for itself: of twenty claims that are not so, about one may seem so.",
)
_CURVES = (
    "Each line is one set of pictures, each point one layer of the encoder; bands are 95 % intervals over "
    "pictures. Dashed: the paper's own numbers. Above 0, generated pictures lie farther from the training "
    "pictures than held-out ones do; below, nearer."
)


def render_study(result: StudyResult, *, details: Mapping[str, object]) -> str:
    """Return the page as text; equal input gives equal text."""
    caption = _CURVES if any(isinstance(panel, CurvesPanel) for panel in result.panels) else result.asks
    figure = captioned(StudyDisplay(result), title="", caption=caption, prefix="s")
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


def claims_grid(result: StudyResult) -> Grid:
    """Return the claims, a row each."""
    columns = (
        Column("claim", prose=True),
        Column("of what", prose=True),
        Column("outcome"),
        Column("measured", number=True),
        Column("95 % interval or p", number=True),
        Column("published", number=True),
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
        "" if claim.published is None else signed(claim.published, 2),
        claim.measure,
    )


def _sure(claim: Claim) -> str:
    if claim.low is not None and claim.high is not None:
        return f"{signed(claim.low, 2)} to {signed(claim.high, 2)}"
    return "" if claim.p_value is None else f"p {p_number(claim.p_value)}"
