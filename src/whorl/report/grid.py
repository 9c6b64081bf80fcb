"""A table whose cells are words already, for a page and for the terminal alike."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """The head of a column; numbers stand on the right, names may be shortened, sentences wrap."""

    title: str
    number: bool = False
    name: bool = False
    prose: bool = False


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        title: what it shows; a caption, and what a screen reader says.
        columns: C of them.
        rows: each of C cells.
        marked: places of the rows that stand out.
        hint: what the columns mean; empty for nothing.
        narrow: shown in a terminal instead, where this one does not fit; None: cut what is too long.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: frozenset[int] = frozenset()
    hint: str = ""
    narrow: Grid | None = None
