"""Shards of embeddings on disk: whole or not there, and checked when they are read."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings.stored_rows import StoredRows
from whorl.encoders.contract import Layer
from whorl.files import digest_bytes, digest_strings, write_bytes

FORMAT = "whorl-embeddings/1"


@dataclass(frozen=True)
class Shard:
    """The embeddings of a run of consecutive pictures.

    Attributes:
        rows: int64 (n,), positions within the run of the pictures that could be read.
        keys: uint8 (n, 16), digests of their pixels.
        arrays: for each layer float32 (n, D).
        failures: (position, reason) of the others.
    """

    rows: NDArray[np.int64]
    keys: NDArray[np.uint8]
    arrays: Mapping[Layer, NDArray[np.float32]]
    failures: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class ShardStore:
    """A folder of shards, named by what they were computed from.

    Attributes:
        folder: where they lie; made when the first shard is written.
        encoder: the encoder's digest.
        layers: the encoder's layers.
    """

    folder: Path
    encoder: str
    layers: tuple[Layer, ...]

    def path(self, digests: Sequence[str]) -> Path:
        """Return where the shard of these pictures lies; the name is a digest of all that decides it."""
        key = digest_strings((FORMAT, self.encoder, *digests))
        return self.folder / key[:2] / f"{key}.safetensors"

    def holds(self, path: Path) -> bool:
        """Return whether a shard is there."""
        return path.is_file()

    def write(self, path: Path, shard: Shard) -> None:
        """Write a shard in one step.

        Raises:
            StorageError: the disk is full or read-only; nothing half-written is left.
        """
        from safetensors.numpy import save

        tensors: dict[str, NDArray[np.generic]] = {"rows": shard.rows, "keys": shard.keys}
        tensors |= {
            _name(i): np.ascontiguousarray(shard.arrays[layer]) for i, layer in enumerate(self.layers)
        }
        metadata = {
            "format": FORMAT,
            "failures": json.dumps(shard.failures),
            "digest": _digest(tensors, shard.failures),
        }
        write_bytes(path, save(tensors, metadata=metadata))

    def verify(self, path: Path) -> Shard | None:
        """Read a whole shard and return it without its arrays, or None where it is damaged.

        A damaged shard is removed, so that running again computes it anew.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            failures = tuple((int(row), str(reason)) for row, reason in json.loads(metadata["failures"]))
            sound = metadata["format"] == FORMAT and metadata["digest"] == _digest(tensors, failures)
            expected = {"rows", "keys", *(_name(i) for i in range(len(self.layers)))}
            if not sound or set(tensors) != expected:
                raise ValueError("digest")
        except (SafetensorError, KeyError, ValueError, OSError):
            path.unlink(missing_ok=True)
            return None
        return Shard(rows=tensors["rows"], keys=tensors["keys"], arrays={}, failures=failures)

    def rows(self, paths: Sequence[Path], counts: Sequence[int], *, keep: object = None) -> StoredRows:
        """Return what reads rows of a layer from several shards, touching no other layer's bytes.

        Args:
            paths: the shards, verified.
            counts: how many rows each holds.
            keep: whatever must live as long as the shards are to be read.
        """
        names = {layer: _name(i) for i, layer in enumerate(self.layers)}
        return StoredRows(tuple(paths), tuple(counts), names, keep)


def default_cache() -> Path | None:
    """Return the folder for embeddings: WHORL_CACHE, else the user's cache folder; None for WHORL_CACHE=off."""
    chosen = os.environ.get("WHORL_CACHE", "")
    if chosen.lower() == "off":
        return None
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("whorl", appauthor=False)) / "embeddings"


def _name(position: int) -> str:
    return f"layer.{position:04d}"


def _digest(tensors: Mapping[str, NDArray[np.generic]], failures: Sequence[tuple[int, str]]) -> str:
    parts = [json.dumps(failures).encode()]
    for name in sorted(tensors):
        array = tensors[name]
        parts += [f"{name}{array.dtype}{array.shape}".encode(), array.tobytes()]
    return digest_bytes(*parts)


@dataclass(frozen=True)
class CacheUsage:
    """How much a cache folder holds.

    Attributes:
        folder: where.
        shards: how many files.
        bytes: their size.
    """

    folder: Path
    shards: int
    bytes: int


def cache_usage(folder: Path) -> CacheUsage:
    """Count the shards in a cache folder."""
    sizes = [path.stat().st_size for path in _shards(folder)]
    return CacheUsage(folder, len(sizes), sum(sizes))


def clear_cache(folder: Path) -> int:
    """Remove the shards in a cache folder, and nothing else; return how many there were."""
    paths = _shards(folder)
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def _shards(folder: Path) -> list[Path]:
    names = re.compile(r"\.?[0-9a-f]{64}\.(safetensors|json)(\..*\.part)?")
    return [path for path in folder.glob("[0-9a-f][0-9a-f]/*") if names.fullmatch(path.name)]
