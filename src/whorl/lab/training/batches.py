"""Labelled pictures, augmented, step by step."""

from __future__ import annotations

from whorl.lab.training.ahead import Ahead
from whorl.lab.training.augment import Batch, augmented
from whorl.lab.training.order import Order
from whorl.lab.training.pictures import LabelledPictures
from whorl.lab.training.recipe import Recipe


class Batches(Ahead[Batch]):
    """The augmented batch of any step.

    Args:
        pictures: what is trained on.
        order: which of them are in which step.
        recipe: how they are augmented.
    """

    def __init__(self, pictures: LabelledPictures, order: Order, recipe: Recipe) -> None:
        self._pictures, self._order, self._recipe = pictures, order, recipe
        super().__init__(self._augmented)

    def _augmented(self, step: int) -> Batch:
        indices, epoch = self._order.indices(step), self._order.epoch_of(step)
        return augmented(self._pictures.pixels, self._pictures.labels, indices, epoch, self._recipe)
