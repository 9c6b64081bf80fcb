"""Tables of words for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, OverflowMethod, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from whorl.report.grid import Grid
from whorl.report.terminal import empty_table, in_ascii
from whorl.report.text import plain, shorten

_SHORTEST_NAME = 6
_BETWEEN = 2
_PROSE = 24


@dataclass(frozen=True, eq=False)
class GridTables:
    """Tables, and lines before and after them, that rich can print in the letters this terminal has.

    Attributes:
        grids: one below the other; titles are left out where there is but one.
        before, after: lines.
        notes: lines that should not be missed.

    >>> import io
    >>> from whorl.report.grid import Column
    >>> grid = Grid("sizes", (Column("set", name=True), Column("pictures", number=True)), (("a", "7"),))
    >>> console = Console(file=io.StringIO(), width=80)
    >>> console.print(GridTables((grid,)))
    >>> "pictures" in console.file.getvalue()
    True
    """

    grids: tuple[Grid, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give rich what to print."""
        for part in self._parts(options.max_width, ascii_only=options.ascii_only):
            shown = in_ascii(part) if options.ascii_only and isinstance(part, Text) else part
            yield Padding(shown, (0, 0, 0, 1), expand=False)

    def _parts(self, width: int, *, ascii_only: bool) -> Iterator[Table | Text]:
        for line in self.before:
            yield Text(plain(line))
        for number, wanted in enumerate(self.grids):
            grid = wanted
            while grid.narrow is not None and not _fits(grid, width):
                grid = grid.narrow
            if number or self.before:
                yield Text(" ")
            if len(self.grids) > 1:
                yield Text(plain(grid.title), style="bold")
            yield _table(grid, width, ascii_only=ascii_only)
            if grid.hint:
                yield Text(plain(grid.hint), style="dim")
        if self.after:
            yield Text(" ")
        for line in self.after:
            yield Text(plain(line))
        for note in self.notes:
            yield Text(f"Note: {plain(note)}", style="yellow")


def _table(grid: Grid, width: int, *, ascii_only: bool) -> Table:
    table = empty_table(ascii_only=ascii_only)
    overflow: OverflowMethod = "crop" if ascii_only else "ellipsis"  # rich's ellipsis is no ASCII
    for column in grid.columns:
        title = Text(plain(column.title))
        table.add_column(
            in_ascii(title) if ascii_only else title,
            justify="right" if column.number else "left", no_wrap=not column.prose,
            overflow="fold" if column.prose else overflow,
        )  # fmt: skip
    rooms = _rooms(grid, width)
    for place, row in enumerate(grid.rows):
        style = "bold" if place in grid.marked else ""
        cells = [
            Text(plain(cell) if column.prose else shorten(cell, room), style=style)
            for column, cell, room in zip(grid.columns, row, rooms, strict=True)
        ]
        table.add_row(*(in_ascii(cell) if ascii_only else cell for cell in cells))
    return table


def _fits(grid: Grid, width: int) -> bool:
    """Return whether no cell needs to be cut."""
    rooms = _wished(grid)
    return sum(rooms) + _BETWEEN * len(rooms) + 1 <= width


def _wished(grid: Grid) -> list[int]:
    """Return how many letters each column would like to have."""
    cells = [[column.title, *(row[i] for row in grid.rows)] for i, column in enumerate(grid.columns)]
    rooms = [max(len(plain(cell)) for cell in column) for column in cells]
    return [
        min(room, _PROSE) if column.prose else room for column, room in zip(grid.columns, rooms, strict=True)
    ]


def _rooms(grid: Grid, width: int) -> list[int]:
    """Return how many letters each column has; where there are too few, the longest names give way."""
    rooms = _wished(grid)
    names = [i for i, column in enumerate(grid.columns) if column.name]
    while names and sum(rooms) + _BETWEEN * len(rooms) + 1 > width:
        widest = max(names, key=rooms.__getitem__)
        if rooms[widest] <= _SHORTEST_NAME:
            break
        rooms[widest] -= 1
    return rooms
