"""The answers about pictures as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from whorl.attribution.answers import Answers
from whorl.attribution.examples import Example
from whorl.files import write_bytes
from whorl.report.attribution.class_shares_display import ClassSharesDisplay
from whorl.report.attribution.examples_display import ExamplesDisplay
from whorl.report.attribution.tables import classes_grid, pictures_grid
from whorl.report.attribution.words import (
    LIMITS,
    attribution_headline,
    known_words,
    notes_of,
    support_words,
    threshold_words,
)
from whorl.report.details import detail_groups
from whorl.report.page import Fact, Page, render_page
from whorl.report.sections import Section, Sections
from whorl.report.two_sizes import captioned

MOST_LISTED = 500
_FOOTER = "Artifacts on the manifold of real pictures: Song, Khayatkhoei, AbdAlmageed (arXiv 2402.10401)."
_OTHER_FOOTER = "One of the earlier methods that arXiv 2402.10401 compares artifacts with."
_SHARES = (
    "Bars: the mean probability of each known class over the pictures. Diamonds: the share of the pictures "
    "that were given to it."
)
_EXAMPLES = (
    "Some of the pictures, spread evenly over all: the answer, and the probability of the likeliest class."
)
_NEAREST = " Below each: the real picture of the manifold that is nearest to it in this space."
_ARTIFACT = (
    " Artifact: picture minus nearest real one. Grey: no difference; brighter: the picture has more, darker: "
    "less. The largest difference among these is black or white."
)


def write_attribution_page(
    path: Path, answers: Answers, *, examples: Sequence[Example] = (), details: Mapping[str, object]
) -> Path:
    """Write the page in one step; equal input gives equal bytes.

    Raises:
        WhorlError: an example is no picture.
        StorageError: the disk is full or read-only.
    """
    write_bytes(path, render_attribution(answers, examples=examples, details=details).encode())
    return path


def render_attribution(
    answers: Answers, *, examples: Sequence[Example] = (), details: Mapping[str, object]
) -> str:
    """Return the page as text; see `write_attribution_page`."""
    known = len(answers.found.labels)
    page = Page(
        overline="Whorl · Which model made this picture?",
        title="Which known model made each picture",
        lead=attribution_headline(answers),
        facts=(
            Fact(f"{len(answers.found):,}", "picture" if len(answers.found) == 1 else "pictures"),
            Fact(f"{known:,}", "known classes"),
            Fact(answers.method, "looks at the pictures"),
        ),
        limits=LIMITS,
        details=detail_groups(
            {"attribution": {"method": answers.method, "source": answers.source}, **details}
        ),
        footer=_FOOTER if answers.artifacts is not None else _OTHER_FOOTER,
    )
    sections = [classes_section(answers)]
    if examples:
        sections.append(_examples(examples))
    sections.append(_pictures(answers))
    return render_page(
        "sections.html.j2",
        page,
        Sections(notes_of(answers), tuple(sections)),
    )


def classes_section(
    answers: Answers, *, title: str = "Class by class", before: tuple[str, ...] = (), prefix: str = "c"
) -> Section:
    """Return the classes with their figure and table: sentences in front of them, and what they rest on."""
    figure = captioned(ClassSharesDisplay(answers), title="", caption=_SHARES, prefix=prefix)
    told = (*before, support_words(answers), threshold_words(answers), known_words(answers))
    return Section(
        title,
        told=tuple(each for each in told if each),
        figures=(figure,),
        grids=(classes_grid(answers),),
    )


def _examples(examples: Sequence[Example]) -> Section:
    caption = _EXAMPLES
    if any(each.nearest is not None for each in examples):
        caption += _NEAREST
    if any(each.artifact is not None for each in examples):
        caption += _ARTIFACT
    figure = captioned(ExamplesDisplay(examples), title="", caption=caption, prefix="e")
    return Section("Some of the pictures", figures=(figure,))


def _pictures(answers: Answers) -> Section:
    grid = pictures_grid(answers, most=MOST_LISTED)
    left = len(answers.found) > MOST_LISTED
    told = (f"The first {MOST_LISTED:,} pictures; all of them are in pictures.csv.",) if left else ()
    return Section("Picture by picture", told=told, folded=(grid,))
