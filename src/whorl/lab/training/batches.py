"""Batches made ready while the step before them runs."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from whorl.lab.training.augment import Batch, augmented
from whorl.lab.training.order import Order
from whorl.lab.training.pictures import LabelledPictures
from whorl.lab.training.recipe import Recipe


class Batches:
    """The augmented batch of any step; a function of the step, so making it early changes nothing.

    Args:
        pictures: what is trained on.
        order: which of them are in which step.
        recipe: how they are augmented.
    """

    def __init__(self, pictures: LabelledPictures, order: Order, recipe: Recipe) -> None:
        self._pictures, self._order, self._recipe = pictures, order, recipe
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="whorl-augment")
        self._next: tuple[int, Future[Batch]] | None = None

    def at(self, step: int) -> Batch:
        """Return the batch of a step, and begin with the next one's."""
        batch = self._ready(step)
        self._next = (step + 1, self._pool.submit(self._make, step + 1))
        return batch

    def _ready(self, step: int) -> Batch:
        if self._next is not None and self._next[0] == step:
            return self._next[1].result()
        return self._make(step)

    def _make(self, step: int) -> Batch:
        indices, epoch = self._order.indices(step), self._order.epoch_of(step)
        return augmented(self._pictures.pixels, self._pictures.labels, indices, epoch, self._recipe)
