"""Training points in blocks of a few, cell after cell, so that no block belongs to two cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NARROW_BLOCK, _WIDE_BLOCK, _WIDE = 16, 4, 256


def block_size(width: int) -> int:
    """Return how many training points are told apart only when one of them may be a neighbour.

    Larger blocks leave less to compare, but more points to look into, which costs more the wider they are.
    """
    return _NARROW_BLOCK if width < _WIDE else _WIDE_BLOCK


@dataclass(frozen=True)
class Stretch:
    """The slots of one cell, and the queries in it.

    Attributes:
        slots: a range of `Layout.slots`, a whole number of blocks.
        queries: a range of `Layout.queries`.
    """

    slots: slice
    queries: slice


@dataclass(frozen=True)
class Layout:
    """The order in which training points and queries are gone through.

    Attributes:
        slots: int64, rows of the training points; -1 where a cell's last block is filled up.
        queries: int64 (Q,), rows of the queries, cell after cell.
        stretches: one per cell.
        block: how many slots are a block.
    """

    slots: NDArray[np.int64]
    queries: NDArray[np.int64]
    stretches: tuple[Stretch, ...]
    block: int


def one_stretch(n_queries: int, n_train: int, block: int) -> Layout:
    """Return the layout without cells."""
    slots = np.full(-(-n_train // block) * block, -1, dtype=np.int64)
    slots[:n_train] = np.arange(n_train)
    everything = Stretch(slice(0, len(slots)), slice(0, n_queries))
    return Layout(slots, np.arange(n_queries), (everything,), block)


def by_cell(query_cells: NDArray[np.integer], train_cells: NDArray[np.integer], block: int) -> Layout:
    """Return the layout by cell, the lower row first within each.

    >>> by_cell(np.array([7, 5]), np.array([5, 7, 5]), block=4).slots
    array([ 0,  2, -1, -1,  1, -1, -1, -1])
    """
    order, query_order = (np.argsort(_short(cells), kind="stable") for cells in (train_cells, query_cells))
    sorted_train, sorted_queries = train_cells[order], query_cells[query_order]
    labels = np.union1d(sorted_train, sorted_queries)
    rows = np.searchsorted(sorted_train, labels), np.searchsorted(sorted_train, labels, side="right")
    asked = np.searchsorted(sorted_queries, labels), np.searchsorted(sorted_queries, labels, side="right")
    lengths = -(-(rows[1] - rows[0]) // block) * block
    ends = np.cumsum(lengths)
    slots = np.full(int(lengths.sum()), -1, dtype=np.int64)
    stretches = []
    for first, last, q0, q1, length, end in zip(*rows, *asked, lengths, ends, strict=True):
        start = int(end - length)
        slots[start : start + last - first] = order[first:last]
        stretches.append(Stretch(slice(start, int(end)), slice(int(q0), int(q1))))
    return Layout(slots, query_order, tuple(stretches), block)


def _short(cells: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return the labels in 16 bits where they fit, which NumPy sorts in one pass per byte."""
    limits = np.iinfo(np.int16)
    fit = len(cells) and limits.min <= cells.min() and cells.max() <= limits.max
    return cells.astype(np.int16) if fit else cells
