"""One training step after another, of any generator: putting it down and taking it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from whorl.errors import WhorlError
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.descent import DivergedError
from whorl.lab.generators.optimiser_state import optimiser_tensors, restore_optimiser
from whorl.lab.generators.pictures import Batches, TrainingPictures
from whorl.lab.generators.recipe import GeneratorRecipe
from whorl.lab.training.averaging import AveragedWeights

if TYPE_CHECKING:
    import torch


class GeneratorTrainer:
    """A generator in training; all that its steps draw hangs on seed and step, so there is no state to restore.

    Attributes:
        model: with the weights as they are now.
        average: the averaged weights of the network that draws.
        batches: what each step sees.
        step: steps taken.

    Raises:
        WhorlError: see `GeneratorArchitecture.build`; or fewer pictures in a batch than a step can learn from.
    """

    def __init__(self, recipe: GeneratorRecipe, pictures: TrainingPictures, device: torch.device) -> None:
        architecture = architecture_named(recipe.architecture)
        self.model = architecture.build(recipe, classes=max(1, len(pictures.classes)), device=device)
        self._sampler = self.model.networks[self.model.sampler]
        self.average = AveragedWeights(self._sampler.state_dict(), recipe.average)
        self.batches = Batches(pictures, recipe, device)
        self.step = 0
        self._check_batch()

    def _check_batch(self) -> None:
        least, found = self.model.least_batch, self.batches.order.batch_size
        if found < least:
            raise WhorlError(
                f"{self.model.name} learns from batches of {least} pictures or more, best a multiple of {least}; "
                f"here one has {found}. Give a --batch-size of at least {least}, and as many pictures."
            )

    def advance(self) -> Mapping[str, float]:
        """Take one step and return its losses by name.

        Raises:
            DivergedError: a loss or gradient is NaN or infinite.
        """
        try:
            losses = self.model.training_step(self.batches.at(self.step))
        except DivergedError as error:
            raise DivergedError(
                f"{error}, at step {self.step:,}; try a smaller --learning-rate with another -o. The last "
                "checkpoint and its weights stay as they were."
            ) from error
        self.step += 1
        self.average.update(self.step)
        return losses

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return weights, averages and moments.

        Raises:
            DivergedError: a weight is NaN or infinite; what was saved before is better.
        """
        import torch

        found = {f"average.{name}": value for name, value in self.average.tensors.items()}
        for name, network in self.model.networks.items():
            found |= {f"network.{name}.{key}": value for key, value in network.state_dict().items()}
        for name, optimiser in self.model.optimisers.items():
            found |= optimiser_tensors(optimiser, f"optimiser.{name}")
        for name, value in found.items():
            if value.is_floating_point() and not bool(torch.isfinite(value).all()):
                raise DivergedError(
                    f"training diverged: {name} holds NaN or infinity after step {self.step:,}; try a smaller "
                    "--learning-rate with another -o. The last checkpoint and its weights stay as they were."
                )
        return found

    def restore(self, tensors: Mapping[str, torch.Tensor], step: int) -> None:
        """Go back to where `tensors` was called, with the same recipe and pictures."""
        import torch

        targets = {f"average.{name}": value for name, value in self.average.tensors.items()}
        for name, network in self.model.networks.items():
            targets |= {f"network.{name}.{key}": value for key, value in network.state_dict().items()}
        with torch.no_grad():
            for name, target in targets.items():
                target.copy_(tensors[name])
        for name, optimiser in self.model.optimisers.items():
            restore_optimiser(optimiser, f"optimiser.{name}", tensors)
        self.step = step

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Let the model draw with the averaged weights within the block."""
        import torch

        state = self._sampler.state_dict()
        before = {name: value.clone() for name, value in state.items()}
        with torch.no_grad():
            for name, value in state.items():
                value.copy_(self.average.tensors[name])
            try:
                yield
            finally:
                for name, value in state.items():
                    value.copy_(before[name])
