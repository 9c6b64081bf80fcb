"""A latent basis as a folder: a manifest and one or two safetensors files, for its owner's eyes alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import StorageError
from whorl.files import digest_bytes, write_bytes
from whorl.latent.basis import GeneratorRecord, LatentBasis
from whorl.latent.deciding.calibration import Calibration
from whorl.latent.warm_start import LinearStart
from whorl.manifests import ManifestFolder

_ARRAYS = "basis.safetensors"
_HELD = ("mean", "directions", "complement", "content_deviations", "key_deviations", "dither")
_THRESHOLDS = ("residual", "undecided", "own", "foreign_passed")
_BITS = ("plain_bits", "foreign_bits")
BASES = ManifestFolder(
    noun="latent basis",
    format="whorl-latent-basis/2",
    files=r"basis\.safetensors|calibration-[0-9a-f]{16}\.safetensors",
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
            "calibration": basis.calibration and _write_calibration(basis.calibration, temporary),
            "arrays": BASES.write_file(temporary / _ARRAYS, data),
        }
    return folder


def write_calibration(calibration: Calibration, digest: str, folder: Path, *, overwrite: bool) -> Path:
    """Put a calibration into the folder of the basis with a digest; see `LatentBasis.save_calibration`.

    The manifest decides, and takes its new form in one step: before it the folder has the old calibration or
    none, after it the new one. No other file is touched.
    """
    before = check_calibration(folder, overwrite=overwrite)
    if before["digest"] != digest:
        raise StorageError(
            f"the basis in {folder} is not the one that was calibrated; calibrate it anew, or save that one first."
        )
    told = _write_calibration(calibration, folder)
    BASES.rewrite(folder, before | {"calibration": told})
    old = before["calibration"]
    if old and old["arrays"]["file"] != told["arrays"]["file"]:
        (folder / old["arrays"]["file"]).unlink(missing_ok=True)
    return folder


def check_calibration(folder: Path, *, overwrite: bool) -> dict[str, Any]:
    """Return a basis' manifest where it may be given a calibration.

    Raises:
        StorageError: no basis there, or one that has a calibration and is to keep it.
    """
    manifest = BASES.read(folder)
    with BASES.sound(folder):
        measured = manifest["calibration"]
        if measured and not overwrite:
            raise StorageError(
                f"the basis {folder} has a calibration already, by {measured['own']} pictures with keys; replace "
                "it with --overwrite (overwrite), which leaves directions and keys as they are."
            )
    return manifest


def _write_calibration(calibration: Calibration, folder: Path) -> dict[str, Any]:
    """Write the bits, under a name that no other calibration has; return what the manifest is to say."""
    from safetensors.numpy import save

    data = save({name: np.ascontiguousarray(getattr(calibration, name)) for name in _BITS})
    digest = digest_bytes(data)
    name = f"calibration-{digest[:16]}.safetensors"
    write_bytes(folder / name, data, private=True)
    return {each: getattr(calibration, each) for each in _THRESHOLDS} | {
        "arrays": {"file": name, "digest": digest}
    }


def read_folder(folder: Path) -> LatentBasis:
    """Read and check a basis; see `LatentBasis.load`."""
    manifest = BASES.read(folder)
    with BASES.sound(folder):
        basis = _basis(manifest, _arrays(folder, manifest["arrays"]))
        if manifest["calibration"]:
            basis = replace(basis, calibration=_calibration(folder, manifest["calibration"]))
    if basis.digest != manifest["digest"]:
        raise BASES.damaged(folder, "its numbers do not give the digest in its manifest")
    return basis


def _calibration(folder: Path, measured: Mapping[str, Any]) -> Calibration:
    bits = _arrays(folder, measured["arrays"])
    values: dict[str, Any] = {name: measured[name] for name in _THRESHOLDS}
    values |= {name: bits[name] for name in _BITS}
    return Calibration(**values)


def _arrays(folder: Path, entry: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = BASES.file_bytes(folder, entry)
    try:
        found: dict[str, NDArray[Any]] = load(data)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    return found


def _basis(manifest: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> LatentBasis:
    record, said = manifest["generator"], manifest["start"]
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
        calibration=None,
    )
