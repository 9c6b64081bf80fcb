"""Training of a torch network on numbers, stopped by the validation pictures."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.losses import cross_entropy
from whorl.embeddings.progress import Progress
from whorl.errors import ScoreError

if TYPE_CHECKING:
    import torch

_AT_ONCE = 256


@dataclass(frozen=True)
class Schedule:
    """How long and in which steps.

    Attributes:
        epochs: at most.
        patience: epochs without a smaller cross-entropy on the validation pictures before it stops.
        batch_size: pictures per step.
    """

    epochs: int
    patience: int
    batch_size: int


def train_until_worse(
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    train: Labelled,
    validation: Labelled,
    schedule: Schedule,
    *,
    seed: int,
    progress: Progress,
    after_epoch: Callable[[float], None] = lambda _: None,
    view: Callable[[NDArray[np.int64], int], NDArray[np.float32]] | None = None,
) -> int:
    """Train in place, and leave the weights of the epoch with the least cross-entropy on `validation`.

    Args:
        network: from float32 (B, ...) to logits (B, K).
        optimiser: of its weights.
        train: scaled features.
        validation: the same of other pictures.
        schedule: how long.
        seed: fixes the order.
        progress: told about epochs.
        after_epoch: called after each with its cross-entropy on `validation`, such as a learning rate's schedule.
        view: what the network sees of some rows of `train` in an epoch, where that is not their values.

    Returns:
        The epoch that was kept, from 1 on.

    Raises:
        ScoreError: a loss became NaN or infinite.
    """
    import torch

    device = next(network.parameters()).device
    classes = torch.from_numpy(train.classes)
    weights = torch.from_numpy(train.weights().astype(np.float32))
    rng = np.random.default_rng(seed)

    def shown(rows: NDArray[np.int64], epoch: int) -> torch.Tensor:
        return torch.from_numpy(train.values[rows] if view is None else view(rows, epoch))

    best, kept, least = copy.deepcopy(network.state_dict()), 0, math.inf
    progress.begin("train", schedule.epochs, 0, unit="epochs")
    try:
        for epoch in range(1, schedule.epochs + 1):
            network.train()
            for rows in _batches(len(train), schedule.batch_size, rng):
                chosen = torch.from_numpy(rows)
                losses = torch.nn.functional.cross_entropy(
                    network(shown(rows, epoch).to(device)), classes[chosen].to(device), reduction="none"
                )
                loss = (losses * weights[chosen].to(device)).mean()
                if not math.isfinite(float(loss.detach())):
                    raise ScoreError(
                        f"training diverged: the loss became {float(loss.detach())} in epoch {epoch}."
                    )
                optimiser.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            progress.advance(1)
            judged = cross_entropy(network_logits(network, validation.values), validation)
            after_epoch(judged)
            if judged < least:
                best, kept, least = copy.deepcopy(network.state_dict()), epoch, judged
            elif epoch - kept >= schedule.patience:
                break
    finally:
        progress.end()
    if kept == 0:
        raise ScoreError("training diverged: no epoch gave finite numbers on the validation pictures.")
    network.load_state_dict(best)
    network.eval()
    return kept


def network_logits(network: torch.nn.Module, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return logits, float64 (N, K); the network is in eval mode afterwards."""
    import torch

    network.eval()
    device = next(network.parameters()).device
    with torch.inference_mode():
        parts = [
            network(torch.from_numpy(values[first : first + _AT_ONCE]).to(device)).cpu().double().numpy()
            for first in range(0, len(values), _AT_ONCE)
        ]
    return np.concatenate(parts)


def _batches(count: int, size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Return random batches; a last one of one picture, which batch norm cannot take, joins the one before."""
    order = rng.permutation(count)
    cuts = list(range(size, count, size))
    if cuts and count - cuts[-1] == 1:
        cuts.pop()
    return np.split(order, cuts)
