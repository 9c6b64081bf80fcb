"""The sizes that the three diffusion models share; they differ in the number of timesteps taken to draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whorl.lab.generators.diffusion_settings import DiffusionSettings
from whorl.lab.generators.recipe import Preset

TRAIN_STEPS = 1000

_HO: Mapping[str, Any] = {
    "head_channels": None,
    "norm_eps": 1e-6,
    "freq_shift": 1,
    "cosine_first": False,
    "padded_both_ways": False,
    "dropout": 0.1,
}


def diffusion_presets(*, tiny: int, small: int, paper: int) -> Mapping[str, Preset]:
    """Return the presets of a model that draws in so many steps at each size.

    Groups of GroupNorm have two channels or more: with one it would be instance normalisation, which takes a
    picture's mean away, and with it all that the network could know of its colour.

    `paper`: batch 16, AdamW at 1e-4 and 1,000 training steps are those of the paper's Appendix B; the network,
    which it does not give, is Ho et al.'s for CIFAR-10 (as in diffusers' google/ddpm-cifar10-32), and dropout and
    averaging are theirs (https://github.com/hojonathanho/diffusion). Its weights begin as PyTorch's do.

    Args:
        tiny: inference steps, for tests.
        small: for two cores.
        paper: as published.
    """
    return {
        "tiny": Preset(
            settings=_settings((8, 16), 1, (), 4, tiny),
            batch_size=16,
            learning_rate=2e-3,
            average=0.9,
            steps=30,
        ),
        "small": Preset(
            settings=_settings((32, 64, 128), 1, (2,), 8, small),
            batch_size=16,
            learning_rate=5e-4,
            average=0.995,
            steps=2500,
        ),
        "paper": Preset(
            settings=_settings((128, 256, 256, 256), 2, (1,), 32, paper, **_HO),
            batch_size=16,
            learning_rate=1e-4,
            average=0.9999,
            epochs=200,
        ),
    }


def _settings(
    channels: tuple[int, ...],
    layers: int,
    attention: tuple[int, ...],
    groups: int,
    inference_steps: int,
    **others: Any,
) -> dict[str, object]:
    return DiffusionSettings(
        channels=channels,
        layers=layers,
        attention=attention,
        groups=groups,
        train_steps=TRAIN_STEPS,
        inference_steps=inference_steps,
        **others,
    ).to_dict()
