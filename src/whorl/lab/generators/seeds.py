"""Random generators of torch that belong to one picture, or to one training step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whorl.errors import WhorlError

if TYPE_CHECKING:
    import torch

_WEIGHTS, _STEP, _PICTURE = range(3)


def weights_seed(seed: int) -> int:
    """Return what untrained weights are drawn with."""
    return _number(seed, _WEIGHTS, 0)


def step_noise(seed: int, step: int) -> torch.Generator:
    """Return the generator of a training step: with no state of its own to put down and take up."""
    return _generator(seed, _STEP, step)


def picture_noise(seed: int, start: int, count: int) -> list[torch.Generator]:
    """Return one CPU generator per picture, a function of (seed, index).

    Raises:
        WhorlError: an argument is negative.

    >>> import torch
    >>> later, both = picture_noise(5, 1, 1), picture_noise(5, 0, 2)
    >>> bool(torch.rand(1, generator=later[0]) == torch.rand(1, generator=both[1]))
    True
    """
    for name, value in (("count", count), ("seed", seed), ("start", start)):
        if value < 0:
            raise WhorlError(f"{name} must not be negative; got {value!r}.")
    return [_generator(seed, _PICTURE, start + index) for index in range(count)]


def _generator(seed: int, use: int, index: int) -> torch.Generator:
    import torch

    return torch.Generator("cpu").manual_seed(_number(seed, use, index))


def _number(seed: int, use: int, index: int) -> int:
    drawn = np.random.SeedSequence(seed, spawn_key=(use, index)).generate_state(1, np.uint64)
    return int(drawn[0] >> np.uint64(1))
