"""Learning without labels that two views of a picture are of the same picture: Barlow Twins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from whorl.errors import ImageError
from whorl.lab.training.ahead import Ahead
from whorl.lab.training.barlow_loss import barlow_twins_loss
from whorl.lab.training.evaluate import Outputs, knn_mark, outputs_of
from whorl.lab.training.marks import Marks
from whorl.lab.training.material import SelfTaught, Votes
from whorl.lab.training.order import Order
from whorl.lab.training.pictures import LabelledPictures, Pictures
from whorl.lab.training.recipe import Recipe
from whorl.lab.training.views import TwoViews, two_views

if TYPE_CHECKING:
    import torch

    from whorl.lab.training.projector import Projected

_HELD_OUT_EPOCH = 0


@dataclass(frozen=True)
class BarlowTwins:
    """The objective `barlow-twins`: the correlations of two views' projections should be the identity.

    Each view goes through the network by itself, so that batch norms see one view at a time, as in the
    paper. Labels, where there are any, are used by the 10-NN marks alone.

    Attributes:
        recipe: how it is trained.
        material: the pictures that it is trained and judged on.

    Raises:
        ImageError: a single picture, which correlates with nothing.

    Source: Zbontar et al., Barlow Twins, arXiv 2103.03230.
    """

    recipe: Recipe
    material: SelfTaught

    def __post_init__(self) -> None:
        if len(self.pictures) < 2:
            raise ImageError(f"{self.pictures.name} leaves one picture to train on; barlow-twins needs more.")

    @property
    def pictures(self) -> Pictures:
        """What is trained on."""
        return self.material.pictures

    def model(self) -> torch.nn.Module:
        """Return the backbone with its projector."""
        from whorl.lab.training.projector import ProjectedBackbone

        return ProjectedBackbone(self.recipe)

    def batches(self, order: Order) -> Ahead[TwoViews]:
        """Return two views of each step's pictures."""
        return Ahead(
            lambda step: two_views(
                self.pictures.pixels, order.indices(step), order.epoch_of(step), self.recipe.seed
            )
        )

    def loss(self, outputs: Sequence[Projected], batch: TwoViews) -> torch.Tensor:  # noqa: ARG002
        """Return the loss of both views' projections."""
        first, second = (output.projections for output in outputs)
        return barlow_twins_loss(first, second, redundancy=self.recipe.redundancy)

    def marks(
        self, model: torch.nn.Module, weights: Mapping[str, torch.Tensor], device: torch.device
    ) -> Marks:
        """Return the loss on held-out pictures and, where there are labels, 10-NN accuracy."""
        loss = self._held_out_loss(model, weights, device)
        votes = self.material.votes
        return Marks(held_out_loss=loss, knn=None if votes is None else _knn(model, weights, votes, device))

    def _held_out_loss(
        self, model: torch.nn.Module, weights: Mapping[str, torch.Tensor], device: torch.device
    ) -> float:
        """Return the mean loss of whole batches as large as the training's, of always the same views.

        Correlations of few pictures are never 0: only losses of batches of one size can be compared.
        """
        import torch
        from torch.func import functional_call

        pixels, size = self.material.held_out.pixels, min(self.recipe.batch_size, len(self.pictures))
        losses = []
        model.eval()
        with torch.no_grad():
            for start in range(0, max(1, len(pixels) - size + 1), size):
                rows = np.arange(start, min(start + size, len(pixels)))
                views = two_views(pixels, rows, _HELD_OUT_EPOCH, self.recipe.seed)
                outputs = [functional_call(model, dict(weights), (view.to(device),)) for view in views.views]
                losses.append(float(self.loss(outputs, views)))
        return sum(losses) / len(losses)


def _knn(
    model: torch.nn.Module, weights: Mapping[str, torch.Tensor], votes: Votes, device: torch.device
) -> float:
    def run(pictures: LabelledPictures) -> Outputs:
        return outputs_of(model, weights, pictures.pixels, device, read=_projections)

    return knn_mark(run(votes.knn_test), votes.knn_test, run(votes.knn_train), votes.knn_train)


def _projections(output: Any) -> torch.Tensor:
    projections: torch.Tensor = output.projections
    return projections
