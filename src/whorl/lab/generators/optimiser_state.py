"""What an optimiser remembers, as tensors by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def optimiser_tensors(optimiser: torch.optim.Optimizer, prefix: str) -> dict[str, torch.Tensor]:
    """Return the moments and step counts as "prefix.index.kind"; rates and decays are the recipe's.

    Raises:
        TypeError: the optimiser keeps something else than tensors.
    """
    import torch

    found: dict[str, torch.Tensor] = {}
    for index, kinds in optimiser.state_dict()["state"].items():
        for kind, value in kinds.items():
            if not isinstance(value, torch.Tensor):
                raise TypeError(
                    f"{type(optimiser).__name__} keeps {kind} as {type(value).__name__}, no tensor"
                )
            found[f"{prefix}.{index}.{kind}"] = value
    return found


def restore_optimiser(
    optimiser: torch.optim.Optimizer, prefix: str, tensors: Mapping[str, torch.Tensor]
) -> None:
    """Put back what `optimiser_tensors` returned; other names are left alone."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith(f"{prefix}."):
            index, _, kind = name.removeprefix(f"{prefix}.").partition(".")
            state.setdefault(int(index), {})[kind] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
