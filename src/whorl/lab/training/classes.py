"""Learning to tell the classes of labelled pictures apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whorl.lab.training.augment import Batch
from whorl.lab.training.batches import Batches
from whorl.lab.training.encoder_models import make_classifier
from whorl.lab.training.evaluate import Judge, judge
from whorl.lab.training.marks import Marks
from whorl.lab.training.order import Order
from whorl.lab.training.pictures import LabelledPictures
from whorl.lab.training.recipe import Recipe

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Classes:
    """The objective `classes`: cross entropy of a linear head, with smoothed labels and mixed pictures.

    Attributes:
        recipe: how it is trained.
        pictures: trained on.
        judge: judged on.
    """

    recipe: Recipe
    pictures: LabelledPictures
    judge: Judge

    def model(self) -> torch.nn.Module:
        """Return transformers' own classifier."""
        return make_classifier(self.recipe, len(self.pictures.classes))

    def batches(self, order: Order) -> Batches:
        """Return shifted, flipped, jittered and mixed pictures."""
        return Batches(self.pictures, order, self.recipe)

    def loss(self, outputs: Sequence[Any], batch: Batch) -> torch.Tensor:
        """Cross entropy with smoothed labels, of each picture and the one mixed in, by their shares."""
        from torch.nn.functional import cross_entropy

        (output,) = outputs
        device = output.logits.device
        both = [
            cross_entropy(
                output.logits, labels.to(device), reduction="none", label_smoothing=self.recipe.smoothing
            )
            for labels in (batch.labels, batch.others)
        ]
        share = batch.share.to(device)
        loss: torch.Tensor = (share * both[0] + (1 - share) * both[1]).mean()
        return loss

    def marks(
        self, model: torch.nn.Module, weights: Mapping[str, torch.Tensor], device: torch.device
    ) -> Marks:
        """Return the head's top-1 and the embeddings' 10-NN accuracy."""
        return judge(model, weights, self.judge, device)
