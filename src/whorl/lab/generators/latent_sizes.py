"""The sizes of the latent diffusion model."""

from __future__ import annotations

from typing import Any

from whorl.lab.generators.diffusion_settings import DiffusionSettings
from whorl.lab.generators.diffusion_sizes import TRAIN_STEPS
from whorl.lab.generators.latent_settings import LatentSettings
from whorl.lab.generators.recipe import Preset

_KL = 1e-3


def _settings(
    channels: tuple[int, ...],
    layers: int,
    groups: int,
    unet: tuple[int, ...],
    unet_groups: int,
    inference_steps: int,
) -> dict[str, Any]:
    """Return settings of an autoencoder and a UNet; its deeper levels have attention."""
    return LatentSettings(
        channels=channels,
        layers=layers,
        groups=groups,
        latent=4,
        kl=_KL,
        unet=DiffusionSettings(
            channels=unet,
            layers=layers,
            attention=tuple(range(1, len(unet))),
            groups=unet_groups,
            train_steps=TRAIN_STEPS,
            inference_steps=inference_steps,
        ),
    ).to_dict()


# Groups of GroupNorm have four channels or more; with one it would take a picture's mean away.
LATENT_PRESETS = {
    "tiny": Preset(
        settings=_settings((8, 8, 16), 1, 2, (8, 16), 2, 6),
        batch_size=16,
        learning_rate=2e-3,
        average=0.9,
        steps=30,
    ),
    "small": Preset(
        settings=_settings((32, 64, 64), 1, 8, (64, 128), 16, 50),
        batch_size=16,
        learning_rate=5e-4,
        average=0.998,
        steps=5000,
    ),
    "paper": Preset(
        settings=_settings((128, 256, 512), 2, 32, (224, 448, 672), 32, 200),
        batch_size=48,
        learning_rate=1e-4,
        average=0.9999,
        steps=400_000,
    ),
}
