"""A Reference as a folder: a JSON manifest, one safetensors file per layer, and the pictures' ids.

Every byte is covered by a digest: the manifest names the digest of each file, and its own checksum.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.files import digest_file
from whorl.manifests import ManifestFolder
from whorl.memorization.cells import Cells
from whorl.memorization.contents import FORMAT, PictureSet, ReferenceContents
from whorl.memorization.layer_reference import LayerReference
from whorl.memorization.memory import DEFAULT_MEMORY, together_too_large
from whorl.memorization.partition import Partition
from whorl.memorization.projection import Projection
from whorl.memorization.provenance import EncoderRecord
from whorl.memorization.settings import ReferenceSettings
from whorl.memorization.surroundings import Surroundings
from whorl.sensitivity.profile import SensitivityProfile

_PICTURES = "pictures.json"
REFERENCES = ManifestFolder(
    noun="Reference",
    format=FORMAT,
    files=r"pictures\.json|layer-\d{4,}\.safetensors",
    make="build one with 'whorl reference build'",
    without="No score is given from it; restore it from a copy or build it again (embeddings that are still in "
    "the cache are not computed anew).",
)


def write_folder(reference: ReferenceContents, folder: Path, *, overwrite: bool) -> Path:
    """Write a Reference; see `Reference.save`."""
    with REFERENCES.replacing(folder, overwrite=overwrite) as (temporary, manifest):
        layers = [
            _write_layer(temporary, number, part) for number, part in enumerate(reference.layer_references, 1)
        ]
        manifest |= {
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
        }
    return folder


def write_profile(folder: Path, profile: SensitivityProfile) -> None:
    """Put a sensitivity profile into the manifest of a Reference in place of what it has, in one step.

    Raises:
        StorageError: no Reference there, its manifest is damaged, or it cannot be written.
    """
    REFERENCES.rewrite(folder, REFERENCES.read(folder) | {"sensitivity": profile.to_dict()})


def read_folder(folder: Path) -> ReferenceContents:
    """Read and check a Reference; see `Reference.load`."""
    manifest = REFERENCES.read(folder)
    with REFERENCES.sound(folder):
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
    if reference.digest != manifest["digest"]:
        raise REFERENCES.damaged(folder, "its numbers do not give the digest in its manifest")
    return reference


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

    data = REFERENCES.file_bytes(folder, entry)
    try:
        arrays = deserialise(data)
    except SafetensorError as error:
        raise REFERENCES.damaged(folder, f"{entry['file']}: {error}") from error
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
        raise REFERENCES.damaged(
            folder, f"{entry['file']}: the shapes of {', '.join(wrong)} do not fit the others"
        )


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
    return REFERENCES.write_file(folder / _PICTURES, data)


def _read_pictures(folder: Path, entry: Mapping[str, str] | None) -> dict[str, Any]:
    if entry is None:
        return {}
    content: dict[str, Any] = json.loads(REFERENCES.file_bytes(folder, entry))
    return content


def _profile(described: Mapping[str, Any] | None) -> SensitivityProfile | None:
    return None if described is None else SensitivityProfile.from_dict(described)


def _describe(side: PictureSet) -> dict[str, Any]:
    return {"count": side.count, "content": side.content, "source": side.source}


def _picture_set(described: Mapping[str, Any], pictures: Mapping[str, Any] | None) -> PictureSet:
    if pictures is None:
        return PictureSet(**described)
    keys: NDArray[np.uint8] = np.frombuffer(bytes.fromhex(pictures["keys"]), dtype=np.uint8).reshape(-1, 16)
    return PictureSet(**described, ids=tuple(pictures["ids"]), keys=keys, keys_of=pictures["keys_of"])
