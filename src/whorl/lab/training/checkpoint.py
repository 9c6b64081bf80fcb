"""A training put down in one file, so that it can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.errors import StorageError
from whorl.files import digest_bytes, write_bytes

if TYPE_CHECKING:
    import torch

FORMAT = "whorl-checkpoint/1"
FILE = "checkpoint.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """All that a training consists of at one step.

    Attributes:
        tensors: weights, averages and the optimiser's moments, by name.
        state: the rest, as JSON values.
    """

    tensors: Mapping[str, torch.Tensor]
    state: Mapping[str, Any]


def write_checkpoint(path: Path, checkpoint: Checkpoint, *, settings: str) -> None:
    """Write a checkpoint in one step; the one before it stays until then.

    Args:
        path: the file.
        checkpoint: what to write.
        settings: digest of recipe and pictures: who may take it up.

    Raises:
        StorageError: the disk is full or read-only.
    """
    from safetensors.torch import save

    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in checkpoint.tensors.items()}
    state = json.dumps(checkpoint.state, allow_nan=False)
    digest = _digest(tensors, state)
    write_bytes(
        path,
        save(tensors, metadata={"format": FORMAT, "settings": settings, "state": state, "digest": digest}),
    )


def read_checkpoint(path: Path, *, settings: str | None) -> Checkpoint | None:
    """Read a checkpoint, or return None where there is none.

    Args:
        path: the file.
        settings: digest of the recipe and pictures it must belong to; None leaves that to the caller.

    Raises:
        StorageError: it is damaged, or of a training with other settings or pictures.
    """
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        sound = metadata["format"] == FORMAT and metadata["digest"] == _digest(tensors, metadata["state"])
        state = json.loads(metadata["state"])
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise StorageError(
            f"{path} cannot be read ({error}); remove it to train from the beginning."
        ) from error
    if not sound:
        raise StorageError(f"{path} is damaged; remove it to train from the beginning.")
    if settings is not None and metadata["settings"] != settings:
        raise StorageError(
            f"{path} belongs to a training with other settings or other pictures; give the same ones to go on "
            "with it, or another -o to train anew."
        )
    return Checkpoint(tensors, state)


def read_state(path: Path) -> dict[str, Any]:
    """Read what a checkpoint says beside its tensors; these are neither read nor checked.

    Raises:
        StorageError: there is none, or it cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            state = json.loads((file.metadata() or {})["state"])
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise StorageError(f"{path} cannot be read ({error}).") from error
    return dict(state)


def _digest(tensors: Mapping[str, torch.Tensor], state: str) -> str:
    parts: list[Any] = [state.encode()]
    for name in sorted(tensors):
        array = tensors[name].numpy()
        parts += [f"{name} {array.dtype} {array.shape}".encode(), array.tobytes()]
    return digest_bytes(*parts)
