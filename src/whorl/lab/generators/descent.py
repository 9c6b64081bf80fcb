"""One step down a gradient, unless it leads nowhere."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from whorl.errors import WhorlError

if TYPE_CHECKING:
    import torch


class DivergedError(WhorlError):
    """A loss, gradient or weight became NaN or infinite."""


def descend(
    name: str, loss: torch.Tensor, optimiser: torch.optim.Optimizer, *, largest: float = math.inf
) -> float:
    """Take one step of an optimiser along the gradient of a loss, and return the loss before it.

    Args:
        name: of the loss, for messages.
        loss: a scalar.
        optimiser: of the weights to change.
        largest: longer gradients are cut to this norm.

    Raises:
        DivergedError: loss or gradient is NaN or infinite; the weights are as before.
    """
    import torch

    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    weights = [weight for group in optimiser.param_groups for weight in group["params"]]
    norm = float(torch.nn.utils.clip_grad_norm_(weights, largest))
    value = float(loss.detach())
    if not (math.isfinite(value) and math.isfinite(norm)):
        raise DivergedError(f"training diverged: the loss {name!r} is {value}, its gradient {norm}")
    optimiser.step()
    return value
