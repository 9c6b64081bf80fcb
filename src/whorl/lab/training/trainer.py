"""One training step after another: weights, optimiser, averages, and putting them down and taking them up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from whorl.errors import EncoderError
from whorl.lab.training.averaging import AveragedWeights
from whorl.lab.training.checkpoint import Checkpoint
from whorl.lab.training.encoder_models import drop_patches
from whorl.lab.training.noise import uniforms
from whorl.lab.training.objective import Objective
from whorl.lab.training.order import Order
from whorl.lab.training.recipe import Recipe
from whorl.lab.training.schedule import learning_rate

if TYPE_CHECKING:
    import torch

_PATCHES = (2, 5)
"""Streams of random numbers, one per view."""
_ALL_PATCHES_FROM = 0.8
_LARGEST_GRADIENT = 1.0
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


class Trainer:
    """A model in training; no step draws from a global random generator, so there is none to restore.

    Args:
        objective: what it is trained for.
        device: where.
        compiled: run the model through torch.compile.

    Attributes:
        objective: what it is trained for.
        recipe: how it is trained.
        device: where.
        model: the backbone and what stands on it.
        average: its averaged weights.
        order: which pictures are in which step.
        step: steps taken.
    """

    def __init__(self, objective: Objective[Any], device: torch.device, *, compiled: bool = False) -> None:
        import torch

        recipe, count = objective.recipe, len(objective.pictures)
        self.objective, self.recipe, self.device = objective, recipe, device
        self.order = Order(count, min(recipe.batch_size, count), recipe.seed)
        self._batches = objective.batches(self.order)
        self.model = objective.model().to(device)
        self.average = AveragedWeights(self.model.state_dict(), recipe.average)
        self._optimiser = _adamw(self.model, recipe)
        self.step = 0
        self._patches: torch.Tensor | None = None
        if recipe.tokens < 1 and recipe.family == "vit":
            drop_patches(self.model, lambda: self._patches)
        self._forward: Any = torch.compile(self.model) if compiled else self.model

    def advance(self, progress: float) -> float:
        """Take one step, `progress` of the way through the training, and return its loss.

        Raises:
            EncoderError: loss or gradient is NaN or infinite; the weights are as before this step.
        """
        import torch

        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(progress, self.recipe.learning_rate, self.recipe.warmup)
        batch = self._batches.at(self.step)
        self.model.train()
        outputs = [self._seen(number, view, progress) for number, view in enumerate(batch.views)]
        loss = self.objective.loss(outputs, batch)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), _LARGEST_GRADIENT)
        value = float(loss.detach())
        if not (math.isfinite(value) and math.isfinite(float(norm))):
            raise EncoderError(
                f"training diverged at step {self.step}: loss {value}, gradient {float(norm)}; try a smaller "
                "--learning-rate with another -o. The last checkpoint and encoder stay as they were."
            )
        self._optimiser.step()
        self.step += 1
        self.average.update(self.step)
        return value

    def checkpoint(self) -> Checkpoint:
        """Return weights, averages and moments, and the step."""
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.average.tensors.items()}
        for name, parameter in self.model.named_parameters():
            moments = self._optimiser.state.get(parameter, {})
            tensors |= {f"adam.{kind}.{name}": moments[kind] for kind in _MOMENTS if kind in moments}
        return Checkpoint(tensors, {"step": self.step})

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to where a checkpoint was made, with the same recipe and pictures."""
        import torch

        with torch.no_grad():
            for prefix, targets in (("model", self.model.state_dict()), ("average", self.average.tensors)):
                for name, target in targets.items():
                    target.copy_(checkpoint.tensors[f"{prefix}.{name}"])
        for name, parameter in self.model.named_parameters():
            keys = {kind: f"adam.{kind}.{name}" for kind in _MOMENTS}
            if keys["step"] in checkpoint.tensors:
                self._optimiser.state[parameter] = {
                    kind: checkpoint.tensors[key].to(self.device) for kind, key in keys.items()
                }
        self.step = int(checkpoint.state["step"])

    def _seen(self, view: int, inputs: torch.Tensor, progress: float) -> Any:
        """Run the model over one view of this step's pictures."""
        self._patches = self._kept_patches(view, progress)
        output = self._forward(pixel_values=inputs.to(self.device))
        self._patches = None
        return output

    def _kept_patches(self, view: int, progress: float) -> torch.Tensor | None:
        import torch

        recipe = self.recipe
        if recipe.tokens == 1 or recipe.family != "vit" or progress >= _ALL_PATCHES_FROM:
            return None
        count = (recipe.size // recipe.patch) ** 2
        indices, epoch = self.order.indices(self.step), self.order.epoch_of(self.step)
        drawn = uniforms(recipe.seed, epoch, indices, count, stream=_PATCHES[view])
        kept = np.sort(drawn.argsort(axis=1)[:, : max(1, round(recipe.tokens * count))], axis=1)
        return torch.from_numpy(kept).to(self.device)


def _adamw(model: torch.nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW that decays matrices and kernels only: not biases, norms, positions or the class token."""
    import torch

    named = dict(model.named_parameters())
    free = {name for name, p in named.items() if p.ndim < 2 or name.endswith(("_token", "_embeddings"))}
    groups = [
        {"params": [p for name, p in named.items() if name not in free], "weight_decay": recipe.weight_decay},
        {"params": [p for name, p in named.items() if name in free], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.99), fused=True)
