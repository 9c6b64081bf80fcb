"""One step of a segmenter's training after another, and putting them down and taking them up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from whorl.errors import EncoderError
from whorl.lab.segmenter.model import make_class_maps, pooled, weak_loss
from whorl.lab.segmenter.recipe import SegmenterRecipe
from whorl.lab.training.augment import plain
from whorl.lab.training.batches import Batches
from whorl.lab.training.checkpoint import Checkpoint
from whorl.lab.training.order import Order
from whorl.lab.training.pictures import LabelledPictures
from whorl.lab.training.schedule import learning_rate

_BATCH = 100


@dataclass(frozen=True)
class Outcome:
    """How some pictures fared.

    Attributes:
        loss: mean binary cross entropy over pictures and classes.
        accuracy: share of pictures whose own class has the highest pooled logit.
    """

    loss: float
    accuracy: float


class SegmenterTrainer:
    """A segmenter in training; no step draws from a global random generator, so there is none to restore.

    Attributes:
        recipe: how it is trained.
        device: where.
        model: gives the class maps.
        order: which pictures are in which step.
        step: steps taken.
    """

    def __init__(self, recipe: SegmenterRecipe, pictures: LabelledPictures, device: torch.device) -> None:
        self.recipe, self.device = recipe, device
        self.order = Order(len(pictures), min(recipe.batch_size, len(pictures)), recipe.seed)
        self._batches = Batches(pictures, self.order, recipe.crops_and_flips())
        self.model = make_class_maps(recipe, len(pictures.classes)).to(device)
        self._optimiser = torch.optim.SGD(
            self.model.parameters(),
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
        )
        self.step = 0

    @property
    def end(self) -> int:
        """The number of steps in all."""
        return self.recipe.epochs * self.order.steps_per_epoch

    def advance(self) -> Outcome:
        """Take one step and tell how its pictures fared before it.

        Raises:
            EncoderError: loss or gradient is NaN or infinite; the weights are as before this step.
        """
        highest, least = self.recipe.learning_rate, self.recipe.least_learning_rate
        for group in self._optimiser.param_groups:
            group["lr"] = least + learning_rate(self.step / self.end, highest - least, 0.0)
        batch = self._batches.at(self.step)
        labels = batch.labels.to(self.device)
        self.model.train()
        scores = pooled(self.model(batch.inputs.to(self.device)), self.recipe.sharpness)
        loss = weak_loss(scores, labels)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), math.inf)
        value = float(loss.detach())
        if not (math.isfinite(value) and math.isfinite(float(norm))):
            raise EncoderError(
                f"training diverged at step {self.step}: loss {value}, gradient {float(norm)}; try a smaller "
                "--learning-rate with another -o. The last checkpoint and segmenter stay as they were."
            )
        self._optimiser.step()
        self.step += 1
        return Outcome(value, float((scores.argmax(1) == labels).float().mean()))

    def judged(self, pictures: LabelledPictures) -> Outcome:
        """Return how pictures fare as they are, neither shifted nor flipped."""
        self.model.eval()
        losses, right = 0.0, 0
        with torch.no_grad():
            for start in range(0, len(pictures), _BATCH):
                labels = torch.from_numpy(pictures.labels[start : start + _BATCH]).to(self.device)
                inputs = plain(pictures.pixels[start : start + _BATCH]).to(self.device)
                scores = pooled(self.model(inputs), self.recipe.sharpness)
                losses += float(weak_loss(scores, labels)) * len(labels)
                right += int((scores.argmax(1) == labels).sum())
        return Outcome(losses / len(pictures), right / len(pictures))

    def checkpoint(self) -> Checkpoint:
        """Return weights, running statistics and momenta, and the step."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        for name, parameter in self.model.named_parameters():
            momentum = self._optimiser.state.get(parameter, {}).get("momentum_buffer")
            if momentum is not None:
                tensors[f"momentum.{name}"] = momentum
        return Checkpoint(tensors, {"step": self.step})

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to where a checkpoint was made, with the same recipe and pictures."""
        with torch.no_grad():
            for name, target in self.model.state_dict().items():
                target.copy_(checkpoint.tensors[f"model.{name}"])
            for name, parameter in self.model.named_parameters():
                kept = checkpoint.tensors.get(f"momentum.{name}")
                if kept is not None:
                    self._optimiser.state[parameter] = {"momentum_buffer": kept.to(self.device)}
        self.step = int(checkpoint.state["step"])
