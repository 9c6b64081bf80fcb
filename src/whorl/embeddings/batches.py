"""Batches of one shape, where pictures of several shapes come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from whorl.embeddings.prepared import Inputs

if TYPE_CHECKING:
    import torch

_WINDOW = 8


class Batches:
    """Sorts inputs by shape until a batch of one shape is full, within a window of eight batches.

    Inputs of one shape alone, which most encoders make of any picture, pass through as they come.

    Args:
        size: inputs in a batch.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: dict[tuple[torch.Size, torch.dtype], Inputs] = {}

    def add(self, *stacks: Inputs) -> Iterator[Inputs]:
        """Take inputs, one stack per shape, and yield what is a batch now."""
        if len(stacks) == 1 and not self._waiting:
            yield stacks[0]
            return
        for stack in stacks:
            shape = stack.batch.shape[1:], stack.batch.dtype
            waiting = self._waiting.pop(shape, None)
            joined = stack if waiting is None else _joined(waiting, stack)
            while len(joined.rows) >= self._size:
                yield _part(joined, slice(self._size))
                joined = _part(joined, slice(self._size, None))
            if joined.rows:
                self._waiting[shape] = joined
        while sum(len(stack.rows) for stack in self._waiting.values()) > _WINDOW * self._size:
            yield self._waiting.pop(max(self._waiting, key=lambda shape: len(self._waiting[shape].rows)))

    def rest(self) -> Iterator[Inputs]:
        """Yield what waits, in batches that are not full."""
        while self._waiting:
            yield self._waiting.pop(next(iter(self._waiting)))


def _joined(one: Inputs, other: Inputs) -> Inputs:
    import torch

    return Inputs(one.rows + other.rows, torch.cat([one.batch, other.batch]))


def _part(stack: Inputs, which: slice) -> Inputs:
    return Inputs(stack.rows[which], stack.batch[which])
