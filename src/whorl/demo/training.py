"""Training a diffusion model on small pictures, watched with pictures that it does not learn from."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.demo.denoiser import Denoiser, denoising_loss

BATCH = 256
_WIDTH, _DEPTH = 320, 3
_LEARNING_RATE, _WARMUP, _FALL_FROM = 2e-3, 100, 0.3
_AVERAGE = 0.998
_CHECK_EVERY, _CHECK_TIMES = 25, 4


@dataclass(frozen=True)
class Check:
    """The loss of the averaged weights after so many steps.

    Attributes:
        step: how many.
        train: on pictures that it learns from, at most as many as there are for validation.
        validation: on those for validation.
    """

    step: int
    train: float
    validation: float


@dataclass(frozen=True, eq=False)
class Training:
    """What a training left.

    Attributes:
        pictures: how many it learned from.
        checks: the losses on the way, the last one at the end.
        early: the averaged weights after `early_step` steps.
        early_step: near the beginning.
        best: the averaged weights where the validation loss was lowest.
        best_step: when that was.
        last: the averaged weights at the end.
    """

    pictures: int
    checks: tuple[Check, ...]
    early: Denoiser
    early_step: int
    best: Denoiser
    best_step: int
    last: Denoiser

    @property
    def steps(self) -> int:
        """How many steps it took."""
        return self.checks[-1].step

    def seen(self, step: int) -> float:
        """Return how often each picture had been seen after so many steps, on average."""
        return step * BATCH / self.pictures


def train(
    pictures: NDArray[np.uint8],
    validation: NDArray[np.uint8],
    *,
    model: Denoiser,
    seed: int,
    steps: int,
    early_step: int,
    patience: int | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Training:
    """Train a diffusion model.

    Args:
        pictures: uint8 (N, S, S), T or a part of it.
        validation: uint8 (n, S, S), pictures it does not learn from.
        model: untrained; changed here.
        seed: fixes order and noise.
        steps: batches, at most; the learning rate falls to zero with the last.
        early_step: when to keep a first copy.
        patience: stop after so many steps without a better validation loss; None never stops early.
        tick: called before each step; what it raises ends the training.
    """
    generator = torch.Generator().manual_seed(seed)
    data, held_out = _as_tensor(pictures), _as_tensor(validation)
    average = copy.deepcopy(model).requires_grad_(requires_grad=False)
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.0, weight_decay=0.0)
    checks: list[Check] = []
    early = best = average
    best_step, lowest = 0, math.inf
    for step in range(1, steps + 1):
        tick()
        for group in optimiser.param_groups:
            group["lr"] = _learning_rate(step, steps)
        rows = torch.randint(len(data), (BATCH,), generator=generator)
        loss = denoising_loss(model, data[rows], generator)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        _follow(average, model, step)
        if step == early_step:
            early = copy.deepcopy(average)
        if step % _CHECK_EVERY and step != steps:
            continue
        checks.append(Check(step, _loss(average, data[: len(held_out)]), _loss(average, held_out)))
        if checks[-1].validation < lowest:
            lowest, best_step, best = checks[-1].validation, step, copy.deepcopy(average)
        if patience is not None and step - best_step >= patience:
            break
    return Training(len(data), tuple(checks), early, early_step, best, best_step, average)


def untrained(pixels: int, *, seed: int) -> Denoiser:
    """Return a model with random weights; the caller's own random numbers go on as if none had been drawn."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Denoiser(pixels, _WIDTH, _DEPTH)


def _as_tensor(pictures: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(pictures.reshape(len(pictures), -1)).float().div_(127.5).sub_(1.0)


def _learning_rate(step: int, steps: int) -> float:
    """Rise for a hundred steps, stay, then fall along a cosine: learning by heart ends with small steps."""
    fallen = max(0.0, (step / steps - _FALL_FROM) / (1 - _FALL_FROM))
    return _LEARNING_RATE * min(1.0, step / _WARMUP) * (1 + math.cos(math.pi * fallen)) / 2


def _follow(average: Denoiser, model: Denoiser, step: int) -> None:
    keep = min(_AVERAGE, (1 + step) / (10 + step))
    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)


def _loss(model: Denoiser, pictures: torch.Tensor) -> float:
    """Return the loss with the same noise at every check, several times over."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        return float(denoising_loss(model, pictures.repeat(_CHECK_TIMES, 1), generator))
