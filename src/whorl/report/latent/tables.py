"""Answers and changes picture by picture, as tables."""

from __future__ import annotations

from whorl.latent.answers import KeyAnswers
from whorl.latent.marking import Marking
from whorl.report.grid import Column, Grid
from whorl.report.grid_table import GridTables
from whorl.report.latent.words import (
    NO_CALIBRATION,
    marking_headline,
    needed_words,
    observed_words,
    reading_headline,
)

MOST_ROWS = 30


def reading_table(answers: KeyAnswers) -> GridTables:
    """Return the answers for rich to print: at most 30 pictures, the sum of them, and what they rest on."""
    left = len(answers.found) - MOST_ROWS
    more = (f"{left:,} more pictures are in pictures.csv (-o) and in --json.",) if left > 0 else ()
    told = (reading_headline(answers), needed_words(answers), *observed_words(answers.observed))
    notes = () if answers.calibrated else (NO_CALIBRATION,)
    return GridTables((reading_grid(answers, most=MOST_ROWS),), after=(*more, *told), notes=notes)


def reading_grid(answers: KeyAnswers, *, most: int | None = None) -> Grid:
    """Return id, answer and what it rests on, of the first `most` pictures."""
    rows = tuple(
        (
            each.id,
            each.decision.answer,
            each.decision.user or "",
            f"{each.decision.matching}",
            "none" if each.decision.needed is None else f"{each.decision.needed}",
            f"{each.decision.residual:.2f}",
            f"{each.passes:,}",
        )
        for each in answers.found[:most]
    )
    columns = (
        Column("picture", name=True),
        Column("answer"),
        Column("user", name=True),
        Column("matching", number=True),
        Column("needed", number=True),
        Column("residual", number=True),
        Column("passes", number=True),
    )
    return Grid(
        "Picture by picture",
        columns,
        rows,
        hint=f"matching: bits of {answers.bits} in common with the nearest user; residual: grey levels that no "
        "latent explains; passes of the generator",
    )


def marking_table(marking: Marking) -> GridTables:
    """Return for rich to print how far the key moved the pixels."""
    return GridTables((), before=(marking_headline(marking),))


def marking_grid(marking: Marking) -> Grid:
    """Return how far the key moved the pixels of each picture."""
    rows = tuple((name, f"{change:.3f}") for name, change in zip(marking.names, marking.change, strict=True))
    columns = (Column("picture", name=True), Column("change", number=True))
    return Grid("Picture by picture", columns, rows, hint="change: root mean square in grey levels of 255")
