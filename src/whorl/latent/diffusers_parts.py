"""What a latent diffusion model of diffusers consists of, and what is asked of its parts."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from whorl.diffusers_package import diffusers
from whorl.errors import WhorlError


@dataclass(frozen=True, eq=False)
class DiffusersParts:
    """The parts of a latent diffusion model without conditions.

    Attributes:
        autoencoder: AutoencoderKL or VQModel.
        unet: UNet2DModel, which tells the noise in a latent.
        scheduler: DDIMScheduler.
        steps: how many steps of DDIM they were made for; None where nothing says.

    Raises:
        WhorlError: parts of other kinds, or that take classes or numbers of codebook entries.
    """

    autoencoder: Any
    unet: Any
    scheduler: Any
    steps: int | None = None

    def __post_init__(self) -> None:
        package = diffusers()
        kinds = {
            "autoencoder": (package.AutoencoderKL, package.VQModel),
            "unet": (package.UNet2DModel,),
            "scheduler": (package.DDIMScheduler,),
        }
        for role, accepted in kinds.items():
            found = getattr(self, role)
            if not isinstance(found, accepted):
                names = " or ".join(kind.__name__ for kind in accepted)
                raise WhorlError(
                    f"the {role} of a latent diffusion model is {names} here; got {type(found).__name__}."
                )
        if self.unet.config.get("class_embed_type") or self.unet.config.get("num_class_embeds"):
            raise WhorlError("this UNet takes classes; keys are put into models without conditions alone.")
        if self.autoencoder.config.get("lookup_from_codebook"):
            raise WhorlError("this VQModel decodes numbers of entries; keys take a continuous latent.")

    @property
    def quantized(self) -> bool:
        """Whether the autoencoder has a codebook."""
        return isinstance(self.autoencoder, diffusers().VQModel)

    @property
    def latent_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of a latent.

        Raises:
            WhorlError: the UNet does not say, or its latents have another shape than its answers.
        """
        config = self.unet.config
        size, channels = config.sample_size, config.in_channels
        if size is None or channels != config.out_channels:
            raise WhorlError(
                f"a UNet of sample_size {size} with {channels} channels in, {config.out_channels} out; expected "
                "a known size, and as many out as in."
            )
        height, width = (size, size) if isinstance(size, int) else size
        return int(channels), int(height), int(width)

    @property
    def drawing(self) -> nn.ModuleDict:
        """The networks that draw: all but the encoder."""
        found = nn.ModuleDict({"unet": self.unet, "decoder": self.autoencoder.decoder})
        if getattr(self.autoencoder, "post_quant_conv", None) is not None:
            found["post_quant_conv"] = self.autoencoder.post_quant_conv
        return found

    def settings(self) -> Mapping[str, Any]:
        """Return all settings that are not diffusers' defaults, as JSON values.

        A later version of diffusers with more settings says the same.
        """
        return {role: _changed(getattr(self, role)) for role in ("autoencoder", "unet", "scheduler")}


def with_plain_attention(network: Any) -> Any:
    """Return the network, its attention computed by products and softmax, which have derivatives of both kinds.

    Fused kernels, which diffusers takes otherwise, have no forward derivative.
    """
    diffusers()
    from diffusers.models.attention_processor import Attention, AttnProcessor

    for module in network.modules():
        if isinstance(module, Attention):
            module.set_processor(AttnProcessor())
    return network


def _changed(part: Any) -> Mapping[str, Any]:
    defaults = inspect.signature(type(part).__init__).parameters
    given = {name: _plain(value) for name, value in part.config.items() if name in defaults}
    return {name: value for name, value in given.items() if value != _plain(defaults[name].default)}


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
