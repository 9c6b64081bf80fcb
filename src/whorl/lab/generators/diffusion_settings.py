"""The numbers that make one diffusion model differ from another, and the network that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from whorl.diffusers_package import diffusers
from whorl.errors import WhorlError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class DiffusionSettings:
    """Network and timesteps of a diffusion model.

    Attributes:
        channels: of each level; the picture's side halves from one to the next.
        layers: residual blocks per level.
        attention: the levels with self-attention, from 0 on.
        groups: of every GroupNorm; divides all channels.
        train_steps: timesteps in training.
        inference_steps: of them, how many are taken when drawing.

    Raises:
        WhorlError: values that no network can have.
    """

    channels: tuple[int, ...]
    layers: int
    attention: tuple[int, ...]
    groups: int
    train_steps: int
    inference_steps: int

    def __post_init__(self) -> None:
        if not self.channels or any(n <= 0 or n % self.groups for n in self.channels):
            raise WhorlError(f"channels must be multiples of groups ({self.groups}); got {self.channels}.")
        if any(not 0 <= level < len(self.channels) for level in self.attention):
            raise WhorlError(
                f"attention must name levels from 0 to {len(self.channels) - 1}; got {self.attention}."
            )
        if not 0 < self.inference_steps <= self.train_steps:
            raise WhorlError(
                f"inference_steps must lie between 1 and train_steps ({self.train_steps}); got "
                f"{self.inference_steps}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return them as JSON values."""
        return asdict(self) | {"channels": list(self.channels), "attention": list(self.attention)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DiffusionSettings:
        """Return what `to_dict` described.

        Raises:
            WhorlError: a name too many or too few.
        """
        given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        try:
            return cls(**given)
        except TypeError as error:
            raise WhorlError(f"these are no settings of a diffusion model: {error}.") from error

    def unet(self, image_size: int, colours: int = 3) -> torch.nn.Module:
        """Return an untrained UNet2DModel, drawn from torch's present random state.

        Args:
            image_size: side of what it sees.
            colours: channels of what it sees, and of the noise that it tells.
        """
        levels = range(len(self.channels))
        network: torch.nn.Module = diffusers().UNet2DModel(
            sample_size=image_size,
            in_channels=colours,
            out_channels=colours,
            block_out_channels=self.channels,
            layers_per_block=self.layers,
            down_block_types=tuple(
                "AttnDownBlock2D" if n in self.attention else "DownBlock2D" for n in levels
            ),
            up_block_types=tuple(
                "AttnUpBlock2D" if n in self.attention else "UpBlock2D" for n in reversed(levels)
            ),
            norm_num_groups=self.groups,
        )
        return network
