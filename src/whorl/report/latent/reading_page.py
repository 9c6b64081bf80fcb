"""Whose keys were read in pictures, as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from whorl.latent.answers import KeyAnswers
from whorl.report.details import detail_groups
from whorl.report.grid import Column, Grid
from whorl.report.latent.matching_display import MatchingDisplay
from whorl.report.latent.tables import reading_grid
from whorl.report.latent.words import (
    NO_CALIBRATION,
    READING_LIMITS,
    needed_words,
    observed_words,
    reading_headline,
)
from whorl.report.page import Fact, Page, render_page
from whorl.report.sections import Section, Sections
from whorl.report.text import percent
from whorl.report.two_sizes import captioned

MOST_LISTED = 500
_FOOTER = "Latent fingerprints: Nie, Kim, Yang, Ren (arXiv 2304.09752)."
_MATCHING = (
    "For each picture, how many bits it has in common with the key of the user nearest to it. Dashed: so many are "
    "needed to be taken for a user's; two lines where some users need more than others."
)


def render_reading(answers: KeyAnswers, *, details: Mapping[str, object]) -> str:
    """Return the page as text; equal input gives equal text, and no key is in it."""
    page = Page(
        overline="Whorl · Whose copy made this picture?",
        title="Whose key each picture carries",
        lead=reading_headline(answers),
        facts=(
            Fact(f"{len(answers.found):,}", "picture" if len(answers.found) == 1 else "pictures"),
            Fact(
                f"{answers.users:,}",
                "user in the key book" if answers.users == 1 else "users in the key book",
            ),
            Fact(f"{answers.bits:,}", "bits in a key"),
        ),
        limits=READING_LIMITS,
        details=detail_groups({"reading": answers.to_dict(), **details}),
        footer=_FOOTER,
    )
    figure = captioned(MatchingDisplay(answers), title="", caption=_MATCHING, prefix="k")
    sections = (
        Section(
            "How many bits match",
            told=(needed_words(answers), *observed_words(answers.observed)),
            figures=(figure,),
            grids=(_answers(answers),),
        ),
        _pictures(answers),
    )
    notes = () if answers.calibrated else (NO_CALIBRATION,)
    return render_page("sections.html.j2", page, Sections(notes, sections))


def _answers(answers: KeyAnswers) -> Grid:
    users = {each.decision.user for each in answers.found}
    rows = tuple(
        (
            "user" if name in users else name,
            name if name in users else "",
            f"{count:,}",
            percent(count / len(answers.found)),
        )
        for name, count in answers.answered.items()
    )
    columns = (
        Column("answer"),
        Column("user", name=True),
        Column("pictures", number=True),
        Column("share", number=True),
    )
    return Grid("Answers", columns, rows)


def _pictures(answers: KeyAnswers) -> Section:
    left = len(answers.found) > MOST_LISTED
    told = (f"The first {MOST_LISTED:,} pictures; all of them are in pictures.csv.",) if left else ()
    return Section("Picture by picture", told=told, folded=(reading_grid(answers, most=MOST_LISTED),))
