"""From all training points to the few that may be a query's neighbours: one matrix product, tile by tile.

A tile is small enough to be reduced while it lies in the processor's cache, so the product is never written out.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.neighbors.candidates import Candidates, Pairs
from whorl.neighbors.layout import Layout, Stretch
from whorl.neighbors.space import ReadyPoints, Space
from whorl.process_wide import ProcessWide

if TYPE_CHECKING:
    import torch

_QUERIES = 1024
_TILE = 2_097_152
"""Numbers in a tile: 1024 queries x 2048 training points, 8 MB in float32."""
_POINTS = 1_048_576
"""Numbers of training points that are prepared together: 16,384 of width 64."""
_OUTLIER = 4
_GATHERED = 8_000_000
"""Numbers that are gathered at once for the pairs left in question."""


@dataclass(frozen=True)
class RowPairs:
    """Candidate neighbours: `train[i]` may be one of the k nearest of `queries[i]`.

    Attributes:
        queries: int64 (P,), rows of the queries.
        train: int64 (P,), rows of the training points.
    """

    queries: NDArray[np.int64]
    train: NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """Candidates for each scope; none for a scope that was not asked for.

    Attributes:
        cell: in the query's own cell.
        everywhere: in all cells.
    """

    cell: RowPairs
    everywhere: RowPairs


def scan(space: Space, layout: Layout, k: int, *, cell: bool = False, everywhere: bool = False) -> Found:
    """Find every (query, training point) that may be among the query's k nearest once rounding is undone.

    Args:
        space: at least one query and one training point.
        layout: how to go through them.
        k: how many neighbours.
        cell: look in the query's own cell.
        everywhere: look in all cells; both cost no more than this alone.
    """
    blocks = _query_blocks(space, layout)
    stretches = list(_stretches(layout, _columns(layout, _POINTS // space.train.shape[1])))

    with _full_precision(space.device):
        near, overall = _see(space, layout, blocks, stretches, k, cell=cell, everywhere=everywhere)
        return Found(_narrow(space, layout, blocks, near), _narrow(space, layout, blocks, overall))


@contextmanager
def _full_precision(device: str) -> Iterator[None]:
    """Compute products as exactly as their dtype allows, whatever the caller allows elsewhere."""
    import torch

    with _highest.held(), torch.autocast(torch.device(device).type, enabled=False):
        yield


def _raise_precision() -> Callable[[], object]:
    import torch

    allowed = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    return functools.partial(torch.set_float32_matmul_precision, allowed)


_highest = ProcessWide(_raise_precision)


def _see(
    space: Space,
    layout: Layout,
    blocks: list[_QueryBlock],
    stretches: list[Stretch],
    k: int,
    *,
    cell: bool,
    everywhere: bool,
) -> tuple[Candidates, Candidates]:
    """Return what may be a neighbour in the query's own cell, and in all."""
    q, n = blocks[0].prepared.vectors, len(layout.queries)
    near, overall = Candidates(n, k, q), Candidates(n, k, q)
    longest = max(stretch.slots.stop - stretch.slots.start for stretch in stretches)
    tile, memory = q.new_empty(max(_TILE, layout.block * len(q))), space.memory(longest)
    for stretch in stretches:
        train = space.prepare_train(_rows(layout, stretch.slots), memory)
        first, furthest = stretch.slots.start // layout.block, _furthest(train, layout.block)
        for block in blocks:
            own = _overlap(block.positions, stretch.queries)
            part = block.positions if everywhere else own
            if part.start >= part.stop:
                continue
            queries = block.part(part)
            largest = _largest(space, layout, queries, train, tile)
            slack = (queries.radii + furthest) * (furthest * space.unit) + space.least
            if everywhere:
                overall.add(part, first, largest, slack)
            if cell and own.start < own.stop:
                inner = slice(own.start - part.start, own.stop - part.start)
                near.add(own, first, largest[:, inner], slack[:, inner])
    return near, overall


@dataclass(frozen=True)
class _QueryBlock:
    """Some queries, prepared.

    Attributes:
        positions: where they stand in the layout's order.
        prepared: their vectors and radii.
    """

    positions: slice
    prepared: ReadyPoints

    def part(self, positions: slice) -> ReadyPoints:
        """Return some of them, by their place in the layout's order."""
        inner = slice(positions.start - self.positions.start, positions.stop - self.positions.start)
        return ReadyPoints(self.prepared.vectors[inner], self.prepared.radii[inner])


def _query_blocks(space: Space, layout: Layout) -> list[_QueryBlock]:
    n = len(layout.queries)
    slices = [slice(start, min(start + _QUERIES, n)) for start in range(0, n, _QUERIES)]
    return [_QueryBlock(part, space.prepare_queries(layout.queries[part])) for part in slices]


def _columns(layout: Layout, wanted: int) -> int:
    """Return a number of training points near `wanted`, a whole number of blocks."""
    return max(1, wanted // layout.block) * layout.block


def _stretches(layout: Layout, length: int) -> Iterator[Stretch]:
    """Yield the stretches of the layout in parts of at most `length` training points."""
    for stretch in layout.stretches:
        for start in range(stretch.slots.start, stretch.slots.stop, length):
            yield Stretch(slice(start, min(start + length, stretch.slots.stop)), stretch.queries)


def _rows(layout: Layout, columns: slice) -> slice | NDArray[np.int64]:
    """Return the training rows of a tile, as a slice where they follow one another."""
    rows = layout.slots[columns]
    first, last = int(rows[0]), int(rows[-1])
    together = last - first == len(rows) - 1 and bool((np.diff(rows) == 1).all())
    return slice(first, last + 1) if together else rows


def _overlap(a: slice, b: slice) -> slice:
    return slice(max(a.start, b.start), min(a.stop, b.stop))


def _largest(
    space: Space, layout: Layout, queries: ReadyPoints, train: ReadyPoints, tile: torch.Tensor
) -> torch.Tensor:
    """Return each block's largest product with each query, (blocks, queries), reduced in a cached tile."""
    import torch

    n, m = len(train.vectors), len(queries.vectors)
    largest = train.vectors.new_empty((n // layout.block, m))
    length = _columns(layout, len(tile) // m)
    for start in range(0, n, length):
        points = train.vectors[start : start + length]
        product = torch.mm(points, queries.vectors.T, out=tile[: len(points) * m].view(len(points), m))
        if space.metric == "abs-cosine":
            product.abs_()
        part = largest[start // layout.block : (start + len(points)) // layout.block]
        torch.amax(product.view(-1, layout.block, m), 1, out=part)
    return largest


def _furthest(train: ReadyPoints, block: int) -> torch.Tensor:
    """Return how far out the points of a tile lie: one number (1, 1), or with outliers one a block (blocks, 1).

    What rounding may do grows with it; one far point would make candidates of a whole tile.
    """
    furthest = train.radii.view(-1, block).amax(1, keepdim=True)
    most = furthest.amax(0, keepdim=True)
    return furthest if most > _OUTLIER * train.radii.median() else most


def _narrow(space: Space, layout: Layout, blocks: list[_QueryBlock], candidates: Candidates) -> RowPairs:
    """Look into the blocks that may hold a neighbour: which of their points may be one?"""
    import torch

    pairs = candidates.pairs()
    vectors = torch.cat([block.prepared.vectors for block in blocks])
    radii = torch.cat([block.prepared.radii for block in blocks])
    step = max(1, _GATHERED // (layout.block * vectors.shape[1]))
    found = [
        _look(
            space,
            layout,
            ReadyPoints(vectors, radii),
            Pairs(pairs.queries[i : i + step], pairs.others[i : i + step]),
            candidates.bound,
        )
        for i in range(0, len(pairs.queries), step)
    ]
    if not found:
        return RowPairs(np.empty(0, np.int64), np.empty(0, np.int64))
    return RowPairs(
        np.concatenate([part.queries for part in found]), np.concatenate([part.train for part in found])
    )


def _look(space: Space, layout: Layout, queries: ReadyPoints, pairs: Pairs, bound: torch.Tensor) -> RowPairs:
    import torch

    slots = layout.slots.reshape(-1, layout.block)[pairs.others.cpu().numpy()]
    train = space.prepare_train(slots.reshape(-1))
    blocks = train.vectors.view(*slots.shape, -1)
    product = torch.bmm(blocks, queries.vectors[pairs.queries].unsqueeze(2)).squeeze(2)
    if space.metric == "abs-cosine":
        product.abs_()
    reach = train.radii.view(slots.shape)
    slack = (queries.radii[pairs.queries].unsqueeze(1) + reach) * (reach * space.unit) + space.least
    near, inside = (product + slack >= bound[pairs.queries].unsqueeze(1)).nonzero(as_tuple=True)
    found = slots[near.cpu().numpy(), inside.cpu().numpy()]
    real = found >= 0
    return RowPairs(layout.queries[pairs.queries[near].cpu().numpy()[real]], found[real])
