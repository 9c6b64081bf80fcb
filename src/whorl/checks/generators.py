"""The contract of generators, as something to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whorl.errors import WhorlError

if TYPE_CHECKING:
    from whorl.lab.generators.contract import Generator

_COUNT, _PART = 5, 3


def check_generator(generator: Generator) -> None:
    """Hold a generator to the contract `whorl.lab.generators.contract.Generator`.

    Its pictures have the shape and type it says, are the same each time, do not depend on how many are drawn
    together or before, differ between seeds, and leave torch's own random numbers alone. It does not show that
    they look like anything.

    Raises:
        AssertionError: a breach of the contract, and what it is.
    """
    import torch

    _require(bool(generator.name), "it has no name")
    _require(generator.rows > 0, f"it draws {generator.rows} pictures at once")
    before = torch.get_rng_state()
    whole = generator.sample(_COUNT, seed=0)
    _require(torch.equal(before, torch.get_rng_state()), "it draws from torch's own random numbers")
    side = generator.image_size
    fits = (
        isinstance(whole, np.ndarray) and whole.dtype == np.uint8 and whole.shape == (_COUNT, side, side, 3)
    )
    _require(fits, f"{_COUNT} pictures are not uint8 {(_COUNT, side, side, 3)}")
    _require(np.array_equal(whole, generator.sample(_COUNT, seed=0)), "the same seed gives other pictures")
    _require(
        np.array_equal(whole[:_PART], generator.sample(_PART, seed=0)), "how many are drawn changes a picture"
    )
    rest = generator.sample(_COUNT - _PART, seed=0, start=_PART)
    _require(np.array_equal(whole[_PART:], rest), "where drawing starts changes a picture")
    _require(not np.array_equal(whole, generator.sample(_COUNT, seed=1)), "two seeds give the same pictures")
    _require(generator.sample(0, seed=0).shape == (0, side, side, 3), "no pictures have another shape")
    for wrong in ({"count": -1, "seed": 0}, {"count": 1, "seed": -1}, {"count": 1, "seed": 0, "start": -1}):
        _check_refused(generator, wrong)


def _check_refused(generator: Generator, wrong: dict[str, int]) -> None:
    try:
        generator.sample(wrong["count"], seed=wrong["seed"], start=wrong.get("start", 0))
    except WhorlError:
        return
    raise AssertionError(f"not a generator: it takes {wrong}.")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(f"not a generator: {message}.")
