"""The answer to who made the pictures as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from whorl.files import write_bytes
from whorl.identification.identification import Identification, Verdict
from whorl.identification.joined import JoinedAnswer
from whorl.report.details import detail_groups
from whorl.report.grid import Column, Grid
from whorl.report.identification.joined_view import JoinedView, joined_view
from whorl.report.identification.joined_words import JOINED_LIMITS
from whorl.report.identification.overlaid_curves_display import OverlaidCurvesDisplay, has_curves
from whorl.report.identification.ranking_display import RankingDisplay
from whorl.report.identification.table import ranking_grid
from whorl.report.identification.words import LIMITS, identification_headline, sure_words, zone_words
from whorl.report.page import Fact, Page, render_page, sheet_of
from whorl.report.pictures import Picture
from whorl.report.text import percent
from whorl.report.two_sizes import CaptionedFigure, captioned
from whorl.report.views import SheetView

_CSS: dict[Verdict, str] = {"known": "known", "none of these": "unknown", "not calibrated": "unsure"}
_MARKS: dict[Verdict, str] = {"known": "●", "none of these": "○", "not calibrated": "?"}
_FOOTER = (
    "The C_T-layer curve as a fingerprint: He, Zhao, Bai, Hsieh (arXiv 2407.21159). The rate for unknown "
    "architectures: conformal prediction, Vovk, Gammerman, Shafer (2005)."
)
_NO_CURVES = "The pictures have no C_T-layer curve here: it was not measured, so there is none to draw."
_CURVES = (
    "Bold and dark: C_T of these pictures at each layer. Coloured: the nearest known models. Look for the curve "
    "that has the same shape at the same height. Below 0, pictures lie nearer to training than real, unseen "
    "ones do; above, farther away. Gaps: no cell of that layer had enough pictures. The ranking goes by the "
    "method's own distance, which may not be that of these curves."
)


@dataclass(frozen=True)
class IdentificationView:
    """What templates/identification.html.j2 shows."""

    verdict: Verdict
    css: str
    mark: str
    headline: str
    sure: str
    notes: tuple[str, ...]
    sheet: SheetView | None
    ranking: CaptionedFigure
    grid: Grid
    architectures: Grid | None
    joined: JoinedView | None
    curves: CaptionedFigure | None
    no_curves: str


def write_identification_page(
    path: Path,
    identification: Identification,
    *,
    joined: JoinedAnswer | None = None,
    samples: Sequence[Picture] = (),
    details: Mapping[str, object],
) -> Path:
    """Write the page in one step; equal input gives equal bytes.

    Raises:
        WhorlError: a sample is no picture.
        StorageError: the disk is full or read-only.
    """
    page = render_identification(identification, joined=joined, samples=samples, details=details)
    write_bytes(path, page.encode())
    return path


def render_identification(
    identification: Identification,
    *,
    joined: JoinedAnswer | None = None,
    samples: Sequence[Picture] = (),
    details: Mapping[str, object],
) -> str:
    """Return the page as text; see `write_identification_page`."""
    count = len(identification.matches)
    facts = (
        Fact(f"{identification.n_pictures:,}", f"pictures{_from(identification.source)}"),
        Fact(f"{count:,}", "known model" if count == 1 else "known models"),
        Fact(identification.method, "decides the order"),
    )
    about = {"identification": {"method": identification.method, "reference": identification.reference}}
    page = Page(
        overline="Whorl · Which model made these pictures?",
        title="Which known model made them",
        lead="",
        facts=facts,
        limits=LIMITS if joined is None else LIMITS + JOINED_LIMITS,
        details=detail_groups({**about, **details}),
        footer=_FOOTER,
    )
    return render_page("identification.html.j2", page, _view(identification, joined, samples))


def _view(
    identification: Identification, joined: JoinedAnswer | None, samples: Sequence[Picture]
) -> IdentificationView:
    verdict = identification.verdict
    return IdentificationView(
        verdict=verdict,
        css=_CSS[verdict],
        mark=_MARKS[verdict],
        headline=identification_headline(identification),
        sure=sure_words(identification),
        notes=identification.warnings,
        sheet=sheet_of(samples, of=identification.n_pictures, source=identification.source),
        ranking=captioned(
            RankingDisplay(identification),
            title="The known models, nearest first",
            caption=_ranking_caption(identification),
            prefix="r",
        ),
        grid=ranking_grid(identification),
        architectures=_architectures(identification),
        joined=None if joined is None else joined_view(joined),
        curves=_curves(identification),
        no_curves=_NO_CURVES,
    )


def _ranking_caption(identification: Identification) -> str:
    sure = (
        " On the right: in what share of draws of the pictures the model is the nearest."
        if identification.best.probability is not None
        else ""
    )
    return (
        "Each mark is a known model; farther left is nearer to the pictures. Colour and mark tell architectures "
        "apart."
        f"{sure} {zone_words(identification)}"
    )


def _curves(identification: Identification) -> CaptionedFigure | None:
    if not has_curves(identification):
        return None
    display = OverlaidCurvesDisplay(identification)
    return captioned(display, title="The curves", caption=_CURVES, prefix="o")


def _architectures(identification: Identification) -> Grid | None:
    shares = identification.architectures
    if len(shares) < 2:
        return None
    return Grid(
        "By architecture",
        (Column("architecture", name=True), Column("nearest in", number=True)),
        tuple((name, percent(share)) for name, share in shares.items()),
        marked=frozenset({0}),
    )


def _from(source: str) -> str:
    return f" from {source}" if source else ""
