"""A trained generator taken from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.encoders.device import choose_device
from whorl.errors import StorageError
from whorl.files import bytes_of, digest_bytes
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.contract import GeneratorModel
from whorl.lab.generators.folder import WEIGHTS, GeneratorConfig, kept_weights, read_config
from whorl.lab.training.checkpoint import read_checkpoint

if TYPE_CHECKING:
    import torch


def load_generator(
    folder: str | Path, *, checkpoint: int | None = None, device: str = "auto"
) -> GeneratorModel:
    """Load a generator with its averaged weights.

    Args:
        folder: what `train_generator` left.
        checkpoint: the epoch whose weights were kept; None takes the last ones.
        device: auto, cpu, mps, cuda or cuda:N. Other devices round otherwise: the same pictures look the same
            but may differ in a few values.

    Raises:
        StorageError: no generator, damaged weights, weights of another recipe, or an epoch that was not kept.
        WhorlError: the architecture's package is missing.
    """
    place = Path(folder)
    config = read_config(place)
    weights = _weights(place, config, checkpoint)
    model = architecture_named(config.recipe.architecture).build(
        config.recipe, classes=max(1, len(config.data["classes"])), device=choose_device(device)
    )
    network = model.networks[model.sampler]
    try:
        network.load_state_dict(dict(weights))
    except RuntimeError as error:
        raise StorageError(f"the weights in {place} do not fit {config.recipe.title}: {error}") from error
    network.eval().requires_grad_(requires_grad=False)
    return model


def weights_digest(folder: str | Path, *, checkpoint: int | None = None) -> str:
    """Return a digest of a generator's averaged weights, by name and value, however their file is ordered.

    Raises:
        StorageError: as for `load_generator`.
    """
    place = Path(folder)
    return digest_tensors(_weights(place, read_config(place), checkpoint))


def digest_tensors(tensors: Mapping[str, torch.Tensor]) -> str:
    """Return a digest of names and values."""
    arrays = {name: tensors[name].numpy() for name in sorted(tensors)}
    return digest_bytes(
        *(part for name, array in arrays.items() for part in (name.encode(), bytes_of(array)))
    )


def kept_epochs(folder: str | Path) -> tuple[int, ...]:
    """Return the epochs whose weights were kept, in order."""
    found = Path(folder, kept_weights(0)).parent.glob("epoch-*.safetensors")
    return tuple(sorted(int(path.stem.removeprefix("epoch-")) for path in found))


def _weights(folder: Path, config: GeneratorConfig, epoch: int | None) -> Mapping[str, torch.Tensor]:
    path = folder / (WEIGHTS if epoch is None else kept_weights(epoch))
    try:
        found = read_checkpoint(path, settings=config.key)
    except StorageError as error:
        raise StorageError(f"the weights of {config.recipe.title} cannot be used: {error}") from error
    if found is None:
        raise StorageError(_missing(folder, config, epoch))
    return found.tensors


def _missing(folder: Path, config: GeneratorConfig, epoch: Any) -> str:
    if epoch is None:
        return f"{folder} holds no weights yet: its training ({config.recipe.title}) wrote no checkpoint."
    kept = ", ".join(map(str, kept_epochs(folder))) or "none"
    return f"{folder} kept no weights of epoch {epoch}; kept: {kept} (`whorl lab train --keep-epochs`)."
