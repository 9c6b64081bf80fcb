"""The numbers that make one diffusion model differ from another, and the network that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from whorl.diffusers_package import diffusers
from whorl.errors import WhorlError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class DiffusionSettings:
    """Network and timesteps of a diffusion model.

    What has a default is diffusers' own, and is left out of `to_dict` where it is not changed.

    Attributes:
        channels: of each level; the picture's side halves from one to the next.
        layers: residual blocks per level.
        attention: the levels with self-attention, from 0 on.
        groups: of every GroupNorm; divides all channels.
        train_steps: timesteps in training.
        inference_steps: of them, how many are taken when drawing.
        head_channels: of each attention head; None makes one head of all channels.
        norm_eps: of every GroupNorm.
        freq_shift: of the timestep's frequencies: the slowest of n is 10,000^(-(n - 1) / (n - freq_shift)).
        cosine_first: whether a timestep's cosines come before its sines.
        padded_both_ways: whether a convolution that halves the side sees zeros on both sides, or, as TensorFlow
            pads, on the right and below alone.
        dropout: share of a residual block's values that a training step leaves out.

    Raises:
        WhorlError: values that no network can have.
    """

    channels: tuple[int, ...]
    layers: int
    attention: tuple[int, ...]
    groups: int
    train_steps: int
    inference_steps: int
    head_channels: int | None = 8
    norm_eps: float = 1e-5
    freq_shift: int = 0
    cosine_first: bool = True
    padded_both_ways: bool = True
    dropout: float = 0.0

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
        if not 0 <= self.dropout < 1 or not self.norm_eps > 0:
            raise WhorlError(f"dropout must lie from 0 to below 1, and norm_eps above 0; got {self}.")
        if self.head_channels is not None and self.head_channels < 1:
            raise WhorlError(
                f"head_channels must be above 0, or None for one head; got {self.head_channels}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return them as JSON values."""
        usual = {each.name: each.default for each in fields(self) if each.default is not MISSING}
        values = {name: value for name, value in asdict(self).items() if value != usual.get(name, MISSING)}
        return values | {"channels": list(self.channels), "attention": list(self.attention)}

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
            attention_head_dim=self.head_channels,
            norm_eps=self.norm_eps,
            freq_shift=self.freq_shift,
            flip_sin_to_cos=self.cosine_first,
            downsample_padding=1 if self.padded_both_ways else 0,
            dropout=self.dropout,
        )
        return network
