"""The ranked known models as a table."""

from __future__ import annotations

from dataclasses import replace

from whorl.identification.identification import Identification
from whorl.identification.joined import JoinedAnswer
from whorl.report.grid import Column, Grid
from whorl.report.grid_table import GridTables
from whorl.report.identification.joined_words import answer_words, joined_headline, share_words
from whorl.report.identification.words import identification_headline, number, sure_words
from whorl.report.text import percent

MOST_ROWS = 30
_LEFT_OUT = (frozenset({"data set"}), frozenset({"architecture", "pictures"}))
_COLUMNS = (
    Column("rank", number=True),
    Column("model", name=True),
    Column("architecture", name=True),
    Column("data set", name=True),
    Column("distance", number=True),
    Column("nearest in", number=True),
    Column("pictures", number=True),
)


def identification_table(identification: Identification, joined: JoinedAnswer | None = None) -> GridTables:
    """Return the ranking for rich to print: at most 30 known models, the verdict, how sure, and what to know.

    Args:
        identification: the answer.
        joined: what attributors say beside it, in a table of its own; None where none was asked.
    """
    left = len(identification.matches) - MOST_ROWS
    more = (f"{left:,} more known models are farther away.",) if left > 0 else ()
    return GridTables(
        (ranking_grid(identification, most=MOST_ROWS), *([evidence_grid(joined)] if joined else [])),
        after=(
            *more,
            identification_headline(identification),
            sure_words(identification),
            *([joined_headline(joined)] if joined else []),
        ),
        notes=identification.warnings,
    )


def ranking_grid(identification: Identification, *, most: int | None = None) -> Grid:
    """Return rank, model, architecture, data set, distance, probability and pictures of the nearest `most`."""
    rows = tuple(
        (
            str(rank),
            match.name,
            match.architecture,
            match.dataset or "not said",
            number(match.distance),
            "?" if match.probability is None else percent(match.probability),
            f"{match.n_pictures:,}",
        )
        for rank, match in enumerate(identification.matches[:most], start=1)
    )
    grid = Grid(
        "Known models, nearest first",
        _COLUMNS,
        rows,
        marked=frozenset({0}),
        hint=(
            f"distance: by {identification.method}, smaller is nearer; nearest in: share of draws of the "
            "pictures in which the model is the nearest; pictures: those that the known model was measured on"
        ),
    )
    for left_out in _LEFT_OUT:
        grid = _without(grid, left_out)
    return grid


def evidence_grid(joined: JoinedAnswer) -> Grid:
    """Return kind, method, answer and how sure it is of every piece of evidence."""
    return Grid(
        "Two kinds of evidence",
        (
            Column("evidence", prose=True),
            Column("method", name=True),
            Column("answer", name=True),
            Column("how sure", prose=True),
        ),
        tuple((piece.kind, piece.name, answer_words(piece), share_words(piece)) for piece in joined.pieces),
        hint=(
            "of draws: of the pictures, drawn anew; mean probability: among the architectures that the attributor "
            "knows, over all pictures. The two are not the same, and are not multiplied"
        ),
    )


def _without(grid: Grid, left_out: frozenset[str]) -> Grid:
    """Return the grid with a narrower one behind the narrowest that it has, which lacks some more columns."""
    if grid.narrow is not None:
        return replace(grid, narrow=_without(grid.narrow, left_out))
    few = [i for i, column in enumerate(grid.columns) if column.title not in left_out]
    narrow = replace(
        grid,
        columns=tuple(grid.columns[i] for i in few),
        rows=tuple(tuple(row[i] for i in few) for row in grid.rows),
    )
    return replace(grid, narrow=narrow)
