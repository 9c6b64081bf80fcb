"""What artifacts reveal, for the terminal."""

from __future__ import annotations

from whorl.report.grid_table import GridTables
from whorl.report.structure.grids import choices_grid, layers_grid, missing_grid, ratios_grid
from whorl.report.structure.words import choice_words, picture_notes, ratio_words, structure_headline
from whorl.structure.structure_result import Structure


def structure_tables(found: Structure) -> GridTables:
    """Return a structure for rich to print, a table below the other.

    The headline stands below the tables, where a terminal ends.
    """
    grids = [] if found.curve is None else [layers_grid(found.curve)]
    if found.ratios:
        grids.append(ratios_grid(found))
    if found.choices is not None:
        grids.append(choices_grid(found.choices))
    if found.not_measured:
        grids.append(missing_grid(found))
    told = () if found.choices is None else choice_words(found.choices, found.labels)
    return GridTables(
        tuple(grids),
        after=(structure_headline(found), *ratio_words(found), *told),
        notes=picture_notes(found),
    )
