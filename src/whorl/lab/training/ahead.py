"""What the next step needs, made ready while the step before it runs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """The batch of any step; a function of the step, so making it early changes nothing.

    Args:
        make: gives the batch of a step; called from a thread of its own.

    >>> squares = Ahead(lambda step: step**2)
    >>> squares.at(3), squares.at(4), squares.at(9)
    (9, 16, 81)
    """

    def __init__(self, make: Callable[[int], T]) -> None:
        self._make = make
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="whorl-augment")
        self._next: tuple[int, Future[T]] | None = None

    def at(self, step: int) -> T:
        """Return the batch of a step, and begin with the next one's."""
        batch = self._ready(step)
        self._next = (step + 1, self._pool.submit(self._make, step + 1))
        return batch

    def _ready(self, step: int) -> T:
        if self._next is not None and self._next[0] == step:
            return self._next[1].result()
        return self._make(step)
