"""A latent basis as a folder: a manifest and one safetensors file, for its owner's eyes alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.latent.basis import GeneratorRecord, LatentBasis
from whorl.latent.deciding.calibration import Calibration
from whorl.latent.warm_start import LinearStart
from whorl.manifests import ManifestFolder

_ARRAYS = "basis.safetensors"
_HELD = ("mean", "directions", "complement", "content_deviations", "key_deviations", "dither")
BASES = ManifestFolder(
    noun="latent basis",
    format="whorl-latent-basis/1",
    files=r"basis\.safetensors",
    make="make one with 'whorl latent basis'",
    without="No key is put in or read with it; restore it from a copy, for a new one reads none of the old keys.",
    private=True,
)


def write_folder(basis: LatentBasis, folder: Path, *, overwrite: bool) -> Path:
    """Write a basis; see `LatentBasis.save`."""
    from safetensors.numpy import save

    arrays: dict[str, NDArray[Any]] = {name: getattr(basis, name) for name in _HELD}
    start = basis.start
    if start is not None:
        arrays |= {"start.mean": start.mean, "start.weights": start.weights, "start.offset": start.offset}
    with BASES.replacing(folder, overwrite=overwrite) as (temporary, manifest):
        data = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
        manifest |= {
            "digest": basis.digest,
            "generator": basis.generator.to_dict(),
            "bits": basis.bits,
            "strength": basis.strength,
            "coding": basis.coding,
            "design": dict(basis.design),
            "start": start and {"explained": start.explained, "pictures": start.pictures},
            "calibration": basis.calibration and basis.calibration.to_dict(),
            "arrays": BASES.write_file(temporary / _ARRAYS, data),
        }
    return folder


def read_folder(folder: Path) -> LatentBasis:
    """Read and check a basis; see `LatentBasis.load`."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    manifest = BASES.read(folder)
    with BASES.sound(folder):
        data = BASES.file_bytes(folder, manifest["arrays"])
        try:
            arrays = load(data)
        except SafetensorError as error:
            raise ValueError(str(error)) from error
        basis = _basis(manifest, arrays)
    if basis.digest != manifest["digest"]:
        raise BASES.damaged(folder, "its numbers do not give the digest in its manifest")
    return basis


def _basis(manifest: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> LatentBasis:
    record, said, measured = manifest["generator"], manifest["start"], manifest["calibration"]
    start = said and LinearStart(
        arrays["start.mean"],
        arrays["start.weights"],
        arrays["start.offset"],
        float(said["explained"]),
        int(said["pictures"]),
    )
    return LatentBasis(
        generator=GeneratorRecord(
            record["name"],
            record["digest"],
            record["latent_dim"],
            tuple(record["image_size"]),
            record["place"],
        ),
        **{name: arrays[name] for name in _HELD},
        strength=manifest["strength"],
        coding=manifest["coding"],
        design=manifest["design"],
        start=start or None,
        calibration=measured and Calibration.from_dict(measured),
    )
