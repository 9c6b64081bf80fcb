"""The numbers that make one latent diffusion model differ from another, and the networks that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from whorl.diffusers_package import diffusers
from whorl.errors import WhorlError
from whorl.lab.generators.diffusion_settings import DiffusionSettings

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class LatentSettings:
    """Autoencoder, UNet and timesteps of a latent diffusion model.

    Attributes:
        channels: of the autoencoder's levels; the picture's side halves from one to the next.
        layers: its residual blocks per level.
        groups: of its GroupNorms; divides all channels.
        latent: channels of the latent.
        kl: weight of the Kullback-Leibler divergence of a latent's number, beside the error of a pixel's.
        unet: of the network that tells the noise in latents, and its timesteps.

    Raises:
        WhorlError: values that no network can have.
    """

    channels: tuple[int, ...]
    layers: int
    groups: int
    latent: int
    kl: float
    unet: DiffusionSettings

    def __post_init__(self) -> None:
        if not self.channels or any(n <= 0 or n % self.groups for n in self.channels):
            raise WhorlError(f"channels must be multiples of groups ({self.groups}); got {self.channels}.")
        if min(self.layers, self.latent) < 1 or self.kl < 0:
            raise WhorlError(f"layers and latent must be above 0, and kl not negative; got {self}.")

    @property
    def shrinks(self) -> int:
        """How many pixels a side make one of the latent."""
        return int(2 ** (len(self.channels) - 1))

    def latent_side(self, image_size: int) -> int:
        """Return the side of a latent.

        Raises:
            WhorlError: pictures of a side that the two networks cannot halve so often.
        """
        whole = self.shrinks * 2 ** (len(self.unet.channels) - 1)
        if image_size % whole:
            raise WhorlError(
                f"these networks take pictures of a side that {whole} divides; got {image_size}."
            )
        return image_size // self.shrinks

    def to_dict(self) -> dict[str, Any]:
        """Return them as JSON values."""
        return asdict(self) | {"channels": list(self.channels), "unet": self.unet.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described.

        Raises:
            WhorlError: a name too many or too few.
        """
        try:
            unet = DiffusionSettings.from_dict(values["unet"])
            return cls(**{**values, "channels": tuple(values["channels"]), "unet": unet})
        except (KeyError, TypeError) as error:
            raise WhorlError(f"these are no settings of a latent diffusion model: {error}.") from error

    def autoencoder(self, image_size: int) -> torch.nn.Module:
        """Return an untrained AutoencoderKL, drawn from torch's present random state."""
        levels = len(self.channels)
        network: torch.nn.Module = diffusers().AutoencoderKL(
            block_out_channels=self.channels,
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            layers_per_block=self.layers,
            latent_channels=self.latent,
            norm_num_groups=self.groups,
            sample_size=image_size,
        )
        return network
