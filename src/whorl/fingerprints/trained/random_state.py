"""Drawing from torch with a seed of one's own, and leaving the caller's random numbers as they were."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@contextlib.contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch on the CPU and on `device` within the block, and restore both after it.

    `torch.manual_seed` would seed every GPU there is, also those whose state is not put back.

    Args:
        seed: 0 .. 2^63 - 1.
        device: where the block computes.
    """
    import torch

    accelerator = getattr(torch, device.type) if device.type != "cpu" else None
    where = (device,) if device.type == "cuda" else ()
    before = accelerator.get_rng_state(*where) if accelerator else None
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        try:
            if accelerator:
                with torch.cuda.device(device) if where else contextlib.nullcontext():
                    accelerator.manual_seed(seed)
            yield
        finally:
            if accelerator:
                accelerator.set_rng_state(before, *where)
