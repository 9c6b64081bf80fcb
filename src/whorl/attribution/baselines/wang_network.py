"""A ResNet that takes pixels 0 .. 255, made anew from a few settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from whorl.encoders.quiet import quiet
from whorl.fingerprints.trained.from_scratch import small_resnet
from whorl.fingerprints.trained.network import Network
from whorl.fingerprints.trained.pretrained import load_pretrained
from whorl.fingerprints.trained.recipe import TrainingRecipe

if TYPE_CHECKING:
    import torch

_CONFIG = (
    "num_channels", "embedding_size", "hidden_sizes", "depths", "layer_type", "hidden_act",
    "downsample_in_first_stage", "downsample_in_bottleneck",
)  # fmt: skip


def new_network(weights: str | None, classes: int) -> Network:
    """Return pretrained weights with a new last layer, or a ResNet-20 with random weights.

    Raises:
        EncoderError: the weights cannot be had, or are no ResNet's.
    """
    if weights is None:
        return Network(small_resnet(width=64, depth=3, classes=classes))
    recipe = TrainingRecipe("resnet", epochs=1, learning_rate=1e-4, size=224, weights=weights)
    return load_pretrained(recipe, classes)


def settings_of(network: Network, weights: str | None) -> dict[str, Any]:
    """Return JSON values of which `network_of` makes the same network, without its weights."""
    config: Any = network.module.config
    shape = None if weights is None else {name: getattr(config, name) for name in _CONFIG}
    found = {"config": shape, "mean": list(network.mean), "std": list(network.std)}
    return found | {"rescale": network.rescale}


def network_of(settings: Mapping[str, Any], classes: int) -> Network:
    """Return a network with random weights from what `settings_of` gave."""
    from transformers import ResNetConfig, ResNetForImageClassification

    if settings["config"] is None:
        module = small_resnet(width=64, depth=3, classes=classes)
    else:
        with quiet():
            module = ResNetForImageClassification(ResNetConfig(**settings["config"], num_labels=classes))
    mean, std = (tuple(map(float, settings[name])) for name in ("mean", "std"))
    assert len(mean) == len(std) == 3  # noqa: S101
    return Network(module, mean, std, settings["rescale"])


def on_pixels(network: Network) -> torch.nn.Module:
    """Return a module from float32 (B, 3, H, W), 0 .. 255, to logits (B, K), with the network's own weights."""
    import torch
    from torch import nn

    mean, std = (
        torch.tensor(three, dtype=torch.float32)[:, None, None] for three in (network.mean, network.std)
    )

    class OnPixels(nn.Module):
        """Normalisation, then the network."""

        def __init__(self) -> None:
            super().__init__()
            self.module = network.module

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            shift, scale = mean.to(pixels.device), std.to(pixels.device)
            scaled = (pixels * network.rescale - shift) / scale
            found: torch.Tensor = self.module(scaled).logits
            return found

    return OnPixels()
