"""A running average of a model's weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


class AveragedWeights:
    """The exponential moving average of weights and running statistics.

    After step t it keeps min(keep, (1 + t) / (10 + t)) of itself, so that the first, random weights do not
    linger.

    Args:
        state: the model's tensors by name, followed in place.
        keep: the share kept per step; 0 follows the model exactly.
    """

    def __init__(self, state: Mapping[str, torch.Tensor], keep: float) -> None:
        self.keep = keep
        self.tensors = {name: tensor.detach().clone() for name, tensor in state.items()}
        self._followed = state

    def update(self, step: int) -> None:
        """Take in the weights as they are after `step` steps."""
        import torch

        keep = min(self.keep, (1 + step) / (10 + step))
        floating = [name for name, tensor in self.tensors.items() if tensor.is_floating_point()]
        with torch.no_grad():
            torch._foreach_lerp_(
                [self.tensors[name] for name in floating],
                [self._followed[name].detach() for name in floating],
                1 - keep,
            )
            for name in self.tensors.keys() - set(floating):
                self.tensors[name].copy_(self._followed[name])
