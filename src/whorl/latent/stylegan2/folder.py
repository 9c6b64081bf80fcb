"""StyleGAN2's weights on disk: settings as JSON, tensors as safetensors; nothing is unpickled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from whorl.errors import StorageError, WhorlError
from whorl.latent.stylegan2.network import StyleGAN2Network
from whorl.latent.stylegan2.settings import StyleGAN2Settings
from whorl.manifests import ManifestFolder

_WEIGHTS = "weights.safetensors"
GENERATORS = ManifestFolder(
    noun="StyleGAN2 generator",
    format="whorl-stylegan2/1",
    files=r"weights\.safetensors",
    make="convert a checkpoint with 'whorl latent convert', or train one with 'whorl lab train stylegan2'",
    without="Nothing is drawn with it; restore it from a copy, or convert it again.",
)


def write_network(
    network: StyleGAN2Network,
    settings: StyleGAN2Settings,
    folder: str | Path,
    *,
    source: str = "",
    overwrite: bool = False,
) -> Path:
    """Write a network to a folder in one step.

    Args:
        network: with weights and noise.
        settings: that it was built with.
        folder: made here.
        source: where the weights come from, in words.
        overwrite: replace an earlier generator.

    Raises:
        StorageError: the folder exists, or the disk is full.
    """
    from safetensors.torch import save

    tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    with GENERATORS.replacing(Path(folder), overwrite=overwrite) as (temporary, manifest):
        manifest |= {
            "settings": settings.to_dict(),
            "source": source,
            "weights": GENERATORS.write_file(temporary / _WEIGHTS, save(tensors)),
        }
    return Path(folder)


def read_network(folder: str | Path) -> tuple[StyleGAN2Network, StyleGAN2Settings]:
    """Read a network and check every byte.

    Raises:
        StorageError: none there, damaged, or by another version.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    place = Path(folder)
    manifest = GENERATORS.read(place)
    with GENERATORS.sound(place):
        data = GENERATORS.file_bytes(place, manifest["weights"])
        try:
            settings = StyleGAN2Settings.from_dict(manifest["settings"])
            return built(settings, load(data)), settings
        except (SafetensorError, WhorlError) as error:
            if isinstance(error, StorageError):
                raise
            raise ValueError(str(error)) from error


def built(settings: StyleGAN2Settings, tensors: Any) -> StyleGAN2Network:
    """Return a network with these weights.

    Raises:
        StorageError: a tensor too many, too few, or of another shape.
    """
    with torch.random.fork_rng(devices=[]):
        network = StyleGAN2Network(settings)
    try:
        network.load_state_dict(dict(tensors))
    except RuntimeError as error:
        raise StorageError(f"these weights do not fit StyleGAN2 of {settings}: {error}") from error
    return network
