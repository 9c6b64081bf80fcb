"""A network with what it needs to see pictures: its mean and std, where it computes, how it is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch


@dataclass(frozen=True, eq=False)
class Network:
    """From uint8 pictures to logits.

    Pictures x become (rescale * x - mean) / std, per channel.

    Attributes:
        module: takes float32 (B, 3, S, S) and gives logits (B, K), or an object with `logits`.
        mean: per channel.
        std: per channel, above 0.
        rescale: what a pixel 0 .. 255 is multiplied with.
        options: further arguments of every call.
    """

    module: torch.nn.Module
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    rescale: float = 1 / 255
    options: Mapping[str, Any] = field(default_factory=dict)

    def logits(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return logits, float32 (B, K), on the network's device.

        Args:
            pixels: uint8 (B, S, S, 3), on the CPU.
        """
        output = self.module(self._normalised(pixels), **self.options)
        found: torch.Tensor = getattr(output, "logits", output)
        return found

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return next(self.module.parameters()).device

    def _normalised(self, pixels: torch.Tensor) -> torch.Tensor:
        import torch

        # Channels stay side by side in memory, where convolutions want them (channels_last).
        planes = pixels.to(self.device).permute(0, 3, 1, 2).to(torch.float32)
        mean, std = (
            torch.tensor(three, dtype=torch.float32, device=self.device)[:, None, None]
            for three in (self.mean, self.std)
        )
        return planes.mul_(self.rescale).sub_(mean).div_(std)
