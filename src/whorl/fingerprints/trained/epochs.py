"""The training itself: Adam on plain cross-entropy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.progress import Progress
from whorl.errors import ScoreError
from whorl.fingerprints.trained.material import Material
from whorl.fingerprints.trained.network import Network
from whorl.fingerprints.trained.order import batches
from whorl.fingerprints.trained.recipe import TrainingRecipe

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class EpochRecord:
    """What one pass showed, on the training pictures, while the weights changed: no held-out accuracy.

    Attributes:
        loss: mean cross-entropy in nats; lower is better, ln K is chance with equal classes.
        accuracy: share of pictures whose class had the largest logit, 0 to 1.
    """

    loss: float
    accuracy: float


def run_epochs(
    network: Network,
    material: Material,
    recipe: TrainingRecipe,
    rng: np.random.Generator,
    progress: Progress,
) -> tuple[EpochRecord, ...]:
    """Train the network in place, all of its weights, and leave it in eval mode without gradients.

    Raises:
        ScoreError: the loss or a weight became NaN or infinite.
    """
    import torch

    module = network.module.train()
    optimiser = torch.optim.Adam(module.parameters(), lr=recipe.learning_rate, fused=True)
    history: list[EpochRecord] = []
    progress.begin(f"train {recipe.family}", recipe.epochs * len(material.pixels), 0)
    try:
        for epoch in range(1, recipe.epochs + 1):
            order = batches(len(material.pixels), recipe.batch_size, rng)
            record = _one_epoch(network, optimiser, material, order, progress)
            if not math.isfinite(record.loss):
                raise _diverged(f"the loss became {record.loss} in epoch {epoch}", recipe)
            history.append(record)
            progress.note(f"epoch {epoch}: loss {record.loss:.3f}, accuracy {record.accuracy:.1%}")
    finally:
        progress.end()
    _check_weights(module, recipe)
    module.eval().requires_grad_(requires_grad=False)
    return tuple(history)


def _one_epoch(
    network: Network,
    optimiser: torch.optim.Optimizer,
    material: Material,
    order: Sequence[NDArray[np.int64]],
    progress: Progress,
) -> EpochRecord:
    """Take a step with each batch; stop at the first loss that is NaN or infinite, and say so in the record."""
    import torch

    pixels, classes = torch.from_numpy(material.pixels), torch.from_numpy(material.classes)
    total, hits = 0.0, torch.zeros((), dtype=torch.int64, device=network.device)
    for batch in order:
        rows = torch.from_numpy(batch)
        loss = _step(network, optimiser, pixels[rows], classes[rows], hits)
        total += loss * len(batch)
        if not math.isfinite(loss):
            break
        progress.advance(len(batch))
    return EpochRecord(total / len(pixels), int(hits) / len(pixels))


def _step(
    network: Network,
    optimiser: torch.optim.Optimizer,
    pixels: torch.Tensor,
    classes: torch.Tensor,
    hits: torch.Tensor,
) -> float:
    """Take one step, count the pictures that were right before it in `hits`, return the loss before it."""
    from torch.backends import mkldnn
    from torch.nn.functional import cross_entropy

    # On CPUs with AVX2 and no AVX-512, torch 2.13's oneDNN convolutions wrote past the end of a buffer in the
    # small ResNet's backward pass ("double free or corruption"); torch's own do not.
    with mkldnn.flags(enabled=False):
        logits, targets = network.logits(pixels), classes.to(network.device)
        loss = cross_entropy(logits, targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    hits += (logits.detach().argmax(dim=1) == targets).sum()
    return float(loss.detach())


def _check_weights(module: torch.nn.Module, recipe: TrainingRecipe) -> None:
    """The last step's weights are in no loss yet, and running means and variances in none at all."""
    import torch

    for name, tensor in module.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise _diverged(f"{name} holds NaN or infinity at the end", recipe)


def _diverged(what: str, recipe: TrainingRecipe) -> ScoreError:
    return ScoreError(
        f"training diverged: {what}. Choose a learning rate below {recipe.learning_rate:g}, such as "
        f"{recipe.learning_rate / 10:g}."
    )
