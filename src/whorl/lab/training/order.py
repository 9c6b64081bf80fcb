"""Which pictures are in which batch."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ORDER = 0


@dataclass(frozen=True)
class Order:
    """A new random order of N pictures in each epoch, cut into whole batches; a rest is left out.

    Attributes:
        count: N.
        batch_size: pictures per step, at most N.
        seed: fixes every epoch's order.

    >>> order = Order(10, 4, seed=0)
    >>> order.steps_per_epoch, order.epoch_of(2), len(order.indices(2))
    (2, 1, 4)
    """

    count: int
    batch_size: int
    seed: int

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches in one pass."""
        return self.count // self.batch_size

    def epoch_of(self, step: int) -> int:
        """Return the epoch that step `step` belongs to."""
        return step // self.steps_per_epoch

    def indices(self, step: int) -> NDArray[np.int64]:
        """Return the pictures of step `step`, int64 (batch_size,)."""
        epoch, place = divmod(step, self.steps_per_epoch)
        return _permutation(self.count, self.seed, epoch)[place * self.batch_size :][: self.batch_size]


@functools.lru_cache(maxsize=2)
def _permutation(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    stream = np.random.SeedSequence(seed, spawn_key=(_ORDER, epoch))
    order: NDArray[np.int64] = np.random.default_rng(stream).permutation(count)
    return order
