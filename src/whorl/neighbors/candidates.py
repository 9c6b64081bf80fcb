"""Which blocks of training points may hold one of a query's k nearest, as far as they were seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Pairs:
    """What is left to decide exactly.

    Attributes:
        queries: int64 (P,), positions in the order of the layout.
        others: int64 (P,), blocks or rows of training points.
    """

    queries: torch.Tensor
    others: torch.Tensor


class Candidates:
    """A lower bound on every query's k-th largest true product, and the blocks that may reach it.

    Each block has a point whose true product is at least (largest computed - slack), and none above
    (largest computed + slack): the k best of the former bound the k-th neighbour, the latter tell who may beat it.

    Args:
        n_queries: Q.
        k: how many neighbours.
        like: a tensor of the dtype and device of the products.
    """

    def __init__(self, n_queries: int, k: int, like: torch.Tensor) -> None:
        self._bounds = like.new_full((k, n_queries), -float("inf"))
        self._parts: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []

    @property
    def bound(self) -> torch.Tensor:
        """(Q,), what a neighbour's true product is at least."""
        return self._bounds[-1]

    def add(self, queries: slice, first_block: int, largest: torch.Tensor, slack: torch.Tensor) -> None:
        """Take in some blocks' largest products with some queries, (blocks, queries).

        Args:
            queries: which queries.
            first_block: the number of the first block.
            largest: (blocks, queries).
            slack: what rounding may have moved them by, (1, queries) or (blocks, queries).
        """
        import torch

        bounds = self._bounds[:, queries]
        least, most = _extremes(largest, slack)
        if len(bounds) == 1:
            torch.maximum(bounds, least, out=bounds)
        else:
            bounds.copy_(torch.cat([bounds, largest - slack]).topk(len(bounds), dim=0).values)
        # Once the first tiles are seen, few queries have anything to gain from another.
        (gaining,) = (most[0] >= bounds[-1]).nonzero(as_tuple=True)
        upper = largest.index_select(1, gaining) + slack.index_select(1, gaining)
        blocks, columns = (upper >= bounds[-1, gaining]).nonzero(as_tuple=True)
        self._parts.append((gaining[columns] + queries.start, blocks + first_block, upper[blocks, columns]))

    def pairs(self) -> Pairs:
        """Return the (query, block) pairs that reach the bound as it is now."""
        import torch

        if not self._parts:
            nothing = torch.empty(0, dtype=torch.int64)
            return Pairs(nothing, nothing)
        queries, blocks, upper = (torch.cat(parts) for parts in zip(*self._parts, strict=True))
        reach = upper >= self.bound[queries]
        return Pairs(queries[reach], blocks[reach])


def _extremes(largest: torch.Tensor, slack: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the best of all blocks for each query, at least and at most: (1, queries)."""
    if len(slack) == 1:
        best = largest.amax(dim=0, keepdim=True)
        return best - slack, best + slack
    return (largest - slack).amax(dim=0, keepdim=True), (largest + slack).amax(dim=0, keepdim=True)
