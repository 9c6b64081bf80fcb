"""A Reference as a folder: a JSON manifest, one safetensors file per layer, and the pictures' ids.

Every byte is covered by a digest: the manifest names the digest of each file, and its own checksum.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import StorageError, WhorlError
from whorl.files import digest_bytes, digest_file, digest_json, names_in, replacing_folder, write_bytes
from whorl.memorization.cells import Cells
from whorl.memorization.contents import FORMAT, PictureSet, ReferenceContents
from whorl.memorization.layer_reference import LayerReference
from whorl.memorization.memory import DEFAULT_MEMORY, together_too_large
from whorl.memorization.partition import Partition
from whorl.memorization.projection import Projection
from whorl.memorization.provenance import EncoderRecord, versions
from whorl.memorization.settings import ReferenceSettings
from whorl.memorization.surroundings import Surroundings
from whorl.sensitivity.profile import SensitivityProfile

MANIFEST = "manifest.json"
_PICTURES = "pictures.json"
_OUR_NAME = re.compile(r"manifest\.json|pictures\.json|layer-\d{4,}\.safetensors")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def write_folder(reference: ReferenceContents, folder: Path, *, overwrite: bool) -> Path:
    """Write a Reference; see `Reference.save`."""
    with replacing_folder(folder, overwrite=overwrite, ours=holds_reference) as temporary:
        layers = [
            _write_layer(temporary, number, part) for number, part in enumerate(reference.layer_references, 1)
        ]
        manifest = {
            "format": FORMAT,
            "digest": reference.digest,
            "settings": reference.settings.to_dict(),
            "encoder": reference.encoder.to_dict() if reference.encoder else None,
            "train": _describe(reference.train),
            "test": _describe(reference.test),
            "layers": layers,
            "left_out": [list(entry) for entry in reference.left_out],
            "warnings": list(reference.warnings),
            "pictures": _write_pictures(temporary, reference),
            **({"sensitivity": reference.sensitivity.to_dict()} if reference.sensitivity else {}),
            "made": {"when": datetime.now(UTC).isoformat(timespec="seconds"), "versions": versions()},
        }
        text = _canonical(manifest | {"checksum": digest_json(manifest)})
        (temporary / MANIFEST).write_text(text, encoding="utf-8")
    return folder


def write_profile(folder: Path, profile: SensitivityProfile) -> None:
    """Put a sensitivity profile into the manifest of a Reference in place of what it has, in one step.

    Raises:
        StorageError: no Reference there, its manifest is damaged, or it cannot be written.
    """
    manifest = read_manifest(folder) | {"sensitivity": profile.to_dict()}
    del manifest["checksum"]
    write_bytes(folder / MANIFEST, _canonical(manifest | {"checksum": digest_json(manifest)}).encode())


def holds_reference(folder: Path) -> bool:
    """Return whether a folder holds a Reference, perhaps a damaged one, and nothing else."""
    names = names_in(folder)
    if MANIFEST not in names or not all(_OUR_NAME.fullmatch(name) for name in names):
        return False
    return b'"whorl-reference/' in (folder / MANIFEST).read_bytes()[:200]


def read_folder(folder: Path) -> ReferenceContents:
    """Read and check a Reference; see `Reference.load`."""
    manifest = read_manifest(folder)
    try:
        parts = tuple(_read_layers(folder, manifest))
        pictures = _read_pictures(folder, manifest["pictures"])
        reference = ReferenceContents(
            settings=ReferenceSettings.from_dict(manifest["settings"]),
            layer_references=parts,
            train=_picture_set(manifest["train"], pictures.get("train")),
            test=_picture_set(manifest["test"], pictures.get("test")),
            encoder=EncoderRecord(**manifest["encoder"]) if manifest["encoder"] else None,
            left_out=tuple((entry[0], entry[1]) for entry in manifest["left_out"]),
            warnings=tuple(manifest["warnings"]),
            sensitivity=_profile(manifest.get("sensitivity")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, f"{type(error).__name__}: {error}") from error
    if reference.digest != manifest["digest"]:
        raise _damaged(folder, "its numbers do not give the digest in its manifest")
    return reference


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check the manifest alone: settings, counts and encoder, without the numbers.

    Raises:
        StorageError: no Reference there, damaged, or written by a newer version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise StorageError(
            f"{folder} is no Reference (no {MANIFEST} in it); build one with 'whorl reference build'."
        )
    try:
        text = path.read_bytes().decode()
        manifest = json.loads(text)
        if not isinstance(manifest, dict):
            raise TypeError("not an object")
    except (ValueError, TypeError) as error:
        raise _damaged(folder, f"{MANIFEST} is not readable: {error}") from error
    if str(manifest.get("format", "")).startswith("whorl-reference/") and manifest["format"] != FORMAT:
        raise StorageError(
            f"{folder} has format {manifest['format']}; this version of Whorl reads {FORMAT}. Update Whorl, or "
            "build the Reference again."
        )
    unsigned = {name: value for name, value in manifest.items() if name != "checksum"}
    if manifest.get("checksum") != digest_json(unsigned) or text != _canonical(manifest):
        raise _damaged(folder, f"{MANIFEST} has changed since it was written")
    return manifest


def _write_layer(folder: Path, number: int, part: LayerReference) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    name = f"layer-{number:04d}.safetensors"
    try:
        save_file({key: np.ascontiguousarray(array) for key, array in part.arrays().items()}, folder / name)
    except SafetensorError as error:  # how it tells of a full disk
        raise OSError(str(error)) from error
    return {
        "layer": part.layer,
        "file": name,
        "digest": digest_file(folder / name),
        "cells": [len(partition.cells) for partition in part.partitions],
        "solver": part.projection.solver,
        "explained": part.projection.explained,
    }


def _read_layers(folder: Path, manifest: Mapping[str, Any]) -> Iterator[LayerReference]:
    numbers = manifest["train"]["count"] * manifest["settings"]["components"] * len(manifest["layers"])
    spill = together_too_large(4 * numbers, DEFAULT_MEMORY)
    for entry in manifest["layers"]:
        part = _read_layer(folder, entry)
        yield part.spilled() if spill else part


def _read_layer(folder: Path, entry: Mapping[str, Any]) -> LayerReference:
    from safetensors import SafetensorError
    from safetensors.numpy import load as deserialise

    data = _read_checked(folder, entry)
    try:
        arrays = deserialise(data)
    except SafetensorError as error:
        raise _damaged(folder, f"{entry['file']}: {error}") from error
    _check_shapes(folder, entry, arrays)
    return LayerReference(
        layer=entry["layer"],
        projection=Projection(
            mean=arrays["mean"],
            components=arrays["components"],
            solver=entry["solver"],
            explained=entry["explained"],
        ),
        partitions=tuple(
            Partition(
                cells=Cells(arrays[f"centres_{number}"]),
                train_cells=arrays[f"train_cells_{number}"],
                test_cells=arrays[f"test_cells_{number}"],
                test_distances=arrays[f"test_distances_{number}"],
            )
            for number in range(len(entry["cells"]))
        ),
        train=arrays["train"],
        test=arrays["test"],
        test_surroundings=Surroundings(
            *(arrays[f"test_{name}"] for name in ("nearest", "spacing", "neighbourhood"))
        ),
    )


def _check_shapes(folder: Path, entry: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    c, d = arrays["components"].shape
    n, m = len(arrays["train"]), len(arrays["test_nearest"])
    expected: dict[str, tuple[int, ...]] = {
        "mean": (d,),
        "train": (n, c),
        "test": (m, c),
        "test_nearest": (m,),
        "test_spacing": (m,),
        "test_neighbourhood": (m,),
    }
    for number, cells in enumerate(entry["cells"]):
        expected |= {
            f"centres_{number}": (cells, c),
            f"train_cells_{number}": (n,),
            f"test_cells_{number}": (m,),
            f"test_distances_{number}": (m,),
        }
    wrong = [key for key, shape in expected.items() if arrays[key].shape != shape]
    if wrong:
        raise _damaged(folder, f"{entry['file']}: the shapes of {', '.join(wrong)} do not fit the others")


def _write_pictures(folder: Path, reference: ReferenceContents) -> dict[str, str] | None:
    if reference.train.ids is None or reference.test.ids is None:
        return None
    sides = {"train": reference.train, "test": reference.test}
    content = {
        name: {
            "ids": list(side.ids or ()),
            "keys": side.keys.tobytes().hex() if side.keys is not None else "",
            "keys_of": side.keys_of,
        }
        for name, side in sides.items()
    }
    data = json.dumps(content, ensure_ascii=False).encode()
    (folder / _PICTURES).write_bytes(data)
    return {"file": _PICTURES, "digest": digest_bytes(data)}


def _read_pictures(folder: Path, entry: Mapping[str, str] | None) -> dict[str, Any]:
    if entry is None:
        return {}
    content: dict[str, Any] = json.loads(_read_checked(folder, entry))
    return content


def _read_checked(folder: Path, entry: Mapping[str, Any]) -> bytes:
    name = str(entry["file"])
    if not _PLAIN_NAME.fullmatch(name):
        raise _damaged(folder, f"its manifest names a file outside it: {name!r}")
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise _damaged(folder, f"{name} cannot be read: {error.strerror}") from error
    if digest_bytes(data) != entry["digest"]:
        raise _damaged(folder, f"{name} has changed since it was written")
    return data


def _profile(described: Mapping[str, Any] | None) -> SensitivityProfile | None:
    return None if described is None else SensitivityProfile.from_dict(described)


def _describe(side: PictureSet) -> dict[str, Any]:
    return {"count": side.count, "content": side.content, "source": side.source}


def _picture_set(described: Mapping[str, Any], pictures: Mapping[str, Any] | None) -> PictureSet:
    if pictures is None:
        return PictureSet(**described)
    keys: NDArray[np.uint8] = np.frombuffer(bytes.fromhex(pictures["keys"]), dtype=np.uint8).reshape(-1, 16)
    return PictureSet(**described, ids=tuple(pictures["ids"]), keys=keys, keys_of=pictures["keys_of"])


def _canonical(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _damaged(folder: Path, what: str) -> WhorlError:
    return StorageError(
        f"the Reference {folder} is damaged: {what}. No score is given from it; restore it from a copy or "
        "build it again (embeddings that are still in the cache are not computed anew)."
    )
