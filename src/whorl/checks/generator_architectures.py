"""The contract of architectures of generators, as something to run."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from whorl.checks.generators import check_generator

if TYPE_CHECKING:
    import torch

    from whorl.lab.generators.contract import Batch, GeneratorArchitecture, GeneratorModel
    from whorl.lab.generators.recipe import GeneratorRecipe

_CLASSES, _STEPS, _PICTURES = 3, 2, 4


def check_generator_architecture(architecture: GeneratorArchitecture, recipe: GeneratorRecipe) -> None:
    """Hold an architecture to `whorl.lab.generators.contract.GeneratorArchitecture`, on noise, on the CPU.

    It has the three sizes; untrained weights are a function of the seed; a step changes the network that draws,
    returns the same finite losses each time, and is a function of weights and batch; torch's own random numbers
    are left alone; and what it builds passes `check_generator` before and after training. It does not show
    that the model learns anything.

    Args:
        architecture: to be held to it.
        recipe: of its own, small.

    Raises:
        AssertionError: a breach of the contract, and what it is.
    """
    import torch

    _require(architecture.name == recipe.architecture, f"its name is not {recipe.architecture!r}")
    sizes = sorted(architecture.presets)
    _require(sizes == ["paper", "small", "tiny"], f"its sizes are {', '.join(sizes)}")
    before = torch.get_rng_state()
    one, same = _built(architecture, recipe), _built(architecture, recipe)
    other = _built(architecture, dataclasses.replace(recipe, seed=recipe.seed + 1))
    _require(one.least_batch >= 1, f"least_batch is at least 1; got {one.least_batch}")
    _require(one.sampler in one.networks, f"{one.sampler!r}, which draws, is none of its networks")
    _require(_equal(one, same), "the same seed gives other untrained weights")
    _require(not _equal(one, other), "two seeds give the same untrained weights")
    check_generator(one)
    _check_steps(one, same, recipe)
    _require(torch.equal(before, torch.get_rng_state()), "it draws from torch's own random numbers")
    check_generator(one)


def _check_steps(one: GeneratorModel, same: GeneratorModel, recipe: GeneratorRecipe) -> None:
    import torch

    untrained = {name: value.clone() for name, value in one.networks[one.sampler].state_dict().items()}
    seen: set[frozenset[str]] = set()
    for step in range(_STEPS):
        losses, again = (model.training_step(_noise_batch(recipe, step)) for model in (one, same))
        seen.add(frozenset(losses))
        finite = all(isinstance(value, float) and math.isfinite(value) for value in losses.values())
        _require(bool(losses) and finite, f"its losses are {losses}, expected finite numbers by name")
        _require(losses == again and _equal(one, same), "the same step from the same weights ends elsewhere")
    _require(len(seen) == 1, "its losses have other names in another step")
    trained: Mapping[str, torch.Tensor] = one.networks[one.sampler].state_dict()
    moved = any(not torch.equal(untrained[name], value) for name, value in trained.items())
    _require(moved, "a step leaves the network that draws as it was")


def _built(architecture: GeneratorArchitecture, recipe: GeneratorRecipe) -> GeneratorModel:
    import torch

    return architecture.build(recipe, classes=_CLASSES, device=torch.device("cpu"))


def _noise_batch(recipe: GeneratorRecipe, step: int) -> Batch:
    import torch

    from whorl.lab.generators.contract import Batch
    from whorl.lab.generators.seeds import step_noise

    drawn = torch.Generator("cpu").manual_seed(step)
    shape = (_PICTURES, 3, recipe.image_size, recipe.image_size)
    return Batch(
        pictures=torch.rand(shape, generator=drawn) * 2 - 1,
        labels=torch.randint(0, _CLASSES, (_PICTURES,), generator=drawn),
        noise=step_noise(recipe.seed, step),
    )


def _equal(one: GeneratorModel, other: GeneratorModel) -> bool:
    import torch

    return all(
        torch.equal(value, other.networks[name].state_dict()[key])
        for name, network in one.networks.items()
        for key, value in network.state_dict().items()
    )


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(f"not an architecture of generators: {message}.")
