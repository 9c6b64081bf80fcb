"""Other people's checkpoints of StyleGAN2 made ours."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from whorl.errors import StorageError
from whorl.latent.stylegan2.folder import built, write_network
from whorl.latent.stylegan2.inert_pickle import tensors_in_pickle
from whorl.latent.stylegan2.layouts import converted
from whorl.latent.stylegan2.settings import StyleGAN2Settings

_AVERAGED = ("g_ema", "G_ema", "state_dict")


def convert_checkpoint(
    checkpoint: str | Path, folder: str | Path, *, overwrite: bool = False
) -> StyleGAN2Settings:
    """Convert a checkpoint in one of two public layouts to a folder of ours; see `layouts`.

    Args:
        checkpoint: `.safetensors` with the tensors of an averaged generator; `.pt` or `.pth` with tensors alone
            (rosinality's), read with torch's reader of weights, which runs no code; or NVlabs' `.pkl`, of which
            tensors are taken and nothing is run.
        folder: made here.
        overwrite: replace an earlier generator.

    Raises:
        StorageError: another kind of file, another layout, or weights that do not fit together.
    """
    path = Path(checkpoint)
    settings, tensors = converted(_read(path))
    network = built(settings, tensors)
    write_network(network, settings, folder, source=path.name, overwrite=overwrite)
    return settings


def _read(path: Path) -> Mapping[str, torch.Tensor]:
    if not path.is_file():
        raise StorageError(f"there is no file {path}; give a checkpoint of StyleGAN2.")
    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            held: dict[str, torch.Tensor] = load_file(path)
        except (SafetensorError, OSError) as error:
            raise StorageError(f"{path} cannot be read: {error}.") from error
        return held
    if path.suffix in (".pt", ".pth"):
        return _averaged(path)
    if path.suffix == ".pkl":
        return tensors_in_pickle(path)
    raise StorageError(f"{path} is no .safetensors, .pt, .pth or .pkl.")


def _averaged(path: Path) -> Mapping[str, torch.Tensor]:
    try:
        held: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise StorageError(
            f"{path} holds more than tensors, or is damaged, and is not read: Whorl runs no code out of a file. "
            "Where you trust it, save the averaged generator's tensors with safetensors, and convert that."
        ) from error
    for name in _AVERAGED:
        if isinstance(held, Mapping) and isinstance(held.get(name), Mapping):
            held = held[name]
    if not isinstance(held, Mapping) or not all(isinstance(each, torch.Tensor) for each in held.values()):
        raise StorageError(f"{path} holds no tensors of an averaged generator (g_ema).")
    return held
