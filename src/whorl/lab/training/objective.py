"""What an encoder is trained for: the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from whorl.lab.training.ahead import Ahead
from whorl.lab.training.marks import Marks
from whorl.lab.training.order import Order
from whorl.lab.training.pictures import Pictures
from whorl.lab.training.recipe import Recipe

if TYPE_CHECKING:
    import torch


class Shown(Protocol):
    """What a step shows the network."""

    @property
    def views(self) -> Sequence[torch.Tensor]:
        """One or more views of the same B pictures, each float32 (B, 3, S, S) in -1 .. 1."""
        ...


BatchT = TypeVar("BatchT", bound=Shown)


class Objective(Protocol[BatchT]):
    """The network on top of a backbone, what it is shown, its loss, and how its weights are judged.

    The trainer does the rest: steps, AdamW, averages, checkpoints. Nothing here may draw from a global random
    generator; batches are functions of the seed and the step.
    """

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""
        ...

    @property
    def pictures(self) -> Pictures:
        """What it is trained on."""
        ...

    def model(self) -> torch.nn.Module:
        """Return the untrained network, a function of the recipe.

        It names its backbone in `base_model_prefix`, as transformers' models do, takes `pixel_values` and
        `output_hidden_states`, and gives an output with `hidden_states`.
        """
        ...

    def batches(self, order: Order) -> Ahead[BatchT]:
        """Return the batch of each step."""
        ...

    def loss(self, outputs: Sequence[Any], batch: BatchT) -> torch.Tensor:
        """Return the loss, a scalar, of the network's outputs for each of the batch's views."""
        ...

    def marks(
        self, model: torch.nn.Module, weights: Mapping[str, torch.Tensor], device: torch.device
    ) -> Marks:
        """Judge the network with these weights in place of its own, on pictures that it is not trained on."""
        ...
