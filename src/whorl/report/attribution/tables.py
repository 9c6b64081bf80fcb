"""The answers as tables: picture by picture, and class by class."""

from __future__ import annotations

from dataclasses import replace

from whorl.attribution.answers import Answers
from whorl.attribution.labels import UNKNOWN
from whorl.report.attribution.words import (
    attribution_headline,
    known_words,
    notes_of,
    support_words,
    threshold_words,
)
from whorl.report.grid import Column, Grid
from whorl.report.grid_table import GridTables
from whorl.report.text import percent

MOST_ROWS = 30


def answers_table(answers: Answers) -> GridTables:
    """Return the answers for rich to print: at most 30 pictures, the verdict, and what it rests on."""
    left = len(answers.found) - MOST_ROWS
    more = (f"{left:,} more pictures are in pictures.csv (-o) and in --json.",) if left > 0 else ()
    told = (
        attribution_headline(answers), support_words(answers), threshold_words(answers), known_words(answers),
    )  # fmt: skip
    return GridTables(
        (pictures_grid(answers, most=MOST_ROWS),),
        after=(*more, *(each for each in told if each)),
        notes=notes_of(answers),
    )


def pictures_grid(answers: Answers, *, most: int | None = None) -> Grid:
    """Return id, answer, probability and nearest real picture of the first `most` pictures."""
    rows = tuple(
        (
            row["id"],
            row["answer"],
            row["likeliest"],
            percent(row["probability"]),
            row["nearest_real"] or "",
        )
        for row in answers.rows()[:most]
    )
    columns = (
        Column("picture", name=True),
        Column("answer", name=True),
        Column("likeliest", name=True),
        Column("probability", number=True),
        Column("nearest real", name=True),
    )
    grid = Grid("Picture by picture", columns, rows, hint="probability: of the likeliest class")
    if answers.nearest_ids is None:
        grid = replace(grid, columns=columns[:4], rows=tuple(row[:4] for row in rows))
    return grid


def classes_grid(answers: Answers) -> Grid:
    """Return mean probability and share of the answers of every class."""
    rows = tuple(
        (label, percent(answers.shares[label]) if label in answers.shares else "", percent(share))
        for label, share in answers.answered.items()
    )
    best = max(answers.answered, key=lambda label: answers.answered[label])
    return Grid(
        "Probabilities and answers",
        (Column("class", name=True), Column("mean probability", number=True), Column("answers", number=True)),
        rows,
        marked=frozenset({list(answers.answered).index(best)}),
        hint=f"answers: share of the pictures that were given to the class, or answered '{UNKNOWN}'",
    )
