"""What a page shows of two kinds of evidence: nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass

from whorl.identification.joined import JoinedAnswer, JoinedVerdict
from whorl.report.attribution.page import classes_section
from whorl.report.attribution.words import attribution_headline, skipped_words
from whorl.report.grid import Grid
from whorl.report.identification.joined_words import joined_headline
from whorl.report.identification.table import evidence_grid
from whorl.report.sections import Section

_CSS: dict[JoinedVerdict, str] = {"agree": "known", "agree on none": "unknown"}
_MARKS: dict[JoinedVerdict, str] = {
    "agree": "●",
    "agree on none": "○",
    "one refuses": "◐",
    "disagree": "≠",
    "not comparable": "?",
}


@dataclass(frozen=True)
class JoinedView:
    """The section on two kinds of evidence."""

    verdict: JoinedVerdict
    css: str
    mark: str
    headline: str
    grid: Grid
    attributors: tuple[Section, ...]


def joined_view(joined: JoinedAnswer) -> JoinedView:
    """Prepare the section: the verdict, a row per piece of evidence, and what each attributor says."""
    return JoinedView(
        verdict=joined.verdict,
        css=_CSS.get(joined.verdict, "unsure"),
        mark=_MARKS[joined.verdict],
        headline=joined_headline(joined),
        grid=evidence_grid(joined),
        attributors=tuple(_attributor(joined, place) for place in range(len(joined.answers))),
    )


def _attributor(joined: JoinedAnswer, place: int) -> Section:
    answers, name = joined.answers[place], joined.pieces[place + 1].name
    told = [attribution_headline(answers), *([skipped_words(answers)] if answers.skipped else [])]
    return classes_section(
        answers, title=f"Picture by picture: {name}", before=tuple(told), prefix=f"k{place}"
    )
