"""Two public layouts of StyleGAN2's weights, by the names of their tensors, and ours.

"nvidia": NVlabs' stylegan2-ada-pytorch and stylegan3 (its stylegan2 config). "rosinality": stylegan2-pytorch,
whose checkpoints hold the averaged generator as `g_ema`. Both hold the weights before their scaling at run time.
They scale them alike but for the styled convolutions, which nvidia leaves unscaled, since demodulation undoes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeAlias

import torch

from whorl.errors import StorageError
from whorl.latent.stylegan2.settings import FIRST_SIDE, StyleGAN2Settings

Layout: TypeAlias = Literal["nvidia", "rosinality"]
Tensors: TypeAlias = Mapping[str, torch.Tensor]


def layout_of(tensors: Tensors) -> Layout:
    """Return which layout these tensors have.

    Raises:
        StorageError: neither, or a generator with classes.
    """
    if any(name.startswith("mapping.embed.") for name in tensors):
        raise StorageError(
            "this generator draws pictures of a class; Whorl reads keys of generators without."
        )
    if "synthesis.b4.const" in tensors:
        return "nvidia"
    if "input.input" in tensors:
        return "rosinality"
    some = ", ".join(sorted(tensors)[:4])
    raise StorageError(
        "these are no weights of a StyleGAN2 generator in the layout of NVlabs (synthesis.b4.const ...) or of "
        f"rosinality (input.input ...); found {some or 'nothing'}. Give the averaged generator alone."
    )


def converted(tensors: Tensors) -> tuple[StyleGAN2Settings, dict[str, torch.Tensor]]:
    """Return settings and tensors as `StyleGAN2Network` has them.

    Raises:
        StorageError: another layout, or one of its tensors is missing.
    """
    layout = layout_of(tensors)
    try:
        return _from_nvidia(tensors) if layout == "nvidia" else _from_rosinality(tensors)
    except KeyError as error:
        raise StorageError(f"these weights look like {layout}'s layout, but {error} is missing.") from error
    except (IndexError, RuntimeError, TypeError, ValueError) as error:
        raise StorageError(
            f"these weights look like {layout}'s layout, but a shape is wrong: {error}"
        ) from error


def _from_nvidia(tensors: Tensors) -> tuple[StyleGAN2Settings, dict[str, torch.Tensor]]:
    layers = _count(tensors, "mapping.fc{}.weight")
    sides = [FIRST_SIDE]
    while f"synthesis.b{2 * sides[-1]}.conv1.weight" in tensors:
        sides.append(2 * sides[-1])
    found = {"synthesis.constant": tensors["synthesis.b4.const"]}
    for number in range(layers):
        found[f"mapping.layers.{number}.weight"] = tensors[f"mapping.fc{number}.weight"]
        found[f"mapping.layers.{number}.bias"] = tensors[f"mapping.fc{number}.bias"]
    convs = ["synthesis.b4.conv1"]
    for side in sides[1:]:
        convs += [f"synthesis.b{side}.conv0", f"synthesis.b{side}.conv1"]
    for number, place in enumerate(convs):
        weight = tensors[f"{place}.weight"]
        ours = f"synthesis.convs.{number}"
        found[f"{ours}.conv.weight"] = weight * math.sqrt(weight[0].numel())  # ours is scaled at run time
        found[f"{ours}.conv.affine.weight"] = tensors[f"{place}.affine.weight"]
        found[f"{ours}.conv.affine.bias"] = tensors[f"{place}.affine.bias"]
        found[f"{ours}.bias"] = tensors[f"{place}.bias"]
        found[f"{ours}.strength"] = tensors[f"{place}.noise_strength"].reshape(())
        found[f"{ours}.noise"] = tensors[f"{place}.noise_const"]
    for number, side in enumerate(sides):
        place, ours = f"synthesis.b{side}.torgb", f"synthesis.colours.{number}"
        found[f"{ours}.conv.weight"] = tensors[f"{place}.weight"]
        found[f"{ours}.conv.affine.weight"] = tensors[f"{place}.affine.weight"]
        found[f"{ours}.conv.affine.bias"] = tensors[f"{place}.affine.bias"]
        found[f"{ours}.bias"] = tensors[f"{place}.bias"]
    return _settings(found, layers, len(sides)), _plain(found)


def _from_rosinality(tensors: Tensors) -> tuple[StyleGAN2Settings, dict[str, torch.Tensor]]:
    layers = _count(tensors, "style.{}.weight", first=1)
    found = {"synthesis.constant": tensors["input.input"][0]}
    for number in range(layers):
        found[f"mapping.layers.{number}.weight"] = tensors[f"style.{number + 1}.weight"]
        found[f"mapping.layers.{number}.bias"] = tensors[f"style.{number + 1}.bias"]
    convs = ["conv1", *(f"convs.{number}" for number in range(_count(tensors, "convs.{}.conv.weight")))]
    for number, place in enumerate(convs):
        ours = f"synthesis.convs.{number}"
        found |= _rosinality_conv(tensors, place, ours)
        found[f"{ours}.bias"] = tensors[f"{place}.activate.bias"]
        found[f"{ours}.strength"] = tensors[f"{place}.noise.weight"].reshape(())
        found[f"{ours}.noise"] = tensors[f"noises.noise_{number}"][0, 0]
    colours = ["to_rgb1", *(f"to_rgbs.{number}" for number in range(_count(tensors, "to_rgbs.{}.bias")))]
    for number, place in enumerate(colours):
        ours = f"synthesis.colours.{number}"
        found |= _rosinality_conv(tensors, place, ours)
        found[f"{ours}.bias"] = tensors[f"{place}.bias"].reshape(3)
    return _settings(found, layers, len(colours)), _plain(found)


def _rosinality_conv(tensors: Tensors, place: str, ours: str) -> dict[str, torch.Tensor]:
    return {
        f"{ours}.conv.weight": tensors[f"{place}.conv.weight"][0],
        f"{ours}.conv.affine.weight": tensors[f"{place}.conv.modulation.weight"],
        f"{ours}.conv.affine.bias": tensors[f"{place}.conv.modulation.bias"],
    }


def _count(tensors: Tensors, pattern: str, *, first: int = 0) -> int:
    count = 0
    while pattern.format(first + count) in tensors:
        count += 1
    return count


def _settings(found: Tensors, layers: int, levels: int) -> StyleGAN2Settings:
    channels = [len(found["synthesis.constant"])]
    channels += [len(found[f"synthesis.convs.{2 * level}.conv.weight"]) for level in range(1, levels)]
    first = found["mapping.layers.0.weight"]
    return StyleGAN2Settings(
        latent=first.shape[1], style=first.shape[0], mapping=layers, channels=tuple(channels)
    )


def _plain(found: Tensors) -> dict[str, torch.Tensor]:
    return {name: value.detach().float().contiguous() for name, value in found.items()}
