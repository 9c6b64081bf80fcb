"""An attributor as a folder: a JSON manifest and one safetensors file; every byte is covered by a digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.attributor import Attributor
from whorl.attribution.calibration import Temperature
from whorl.attribution.classifiers.kinds import restore
from whorl.attribution.method_record import method_from, record_of
from whorl.attribution.methods import AttributionMethod
from whorl.attribution.rejection import Strangers
from whorl.errors import StorageError
from whorl.files import digest_bytes, digest_json, names_in, replacing_folder
from whorl.manifold.manifold import Manifold
from whorl.memorization.provenance import versions

FORMAT = "whorl-attributor/1"
MANIFEST, ARRAYS = "manifest.json", "attributor.safetensors"

Arrays = Mapping[str, NDArray[Any]]


def write_folder(attributor: Attributor, method: AttributionMethod, folder: Path, *, overwrite: bool) -> Path:
    """Write an attributor; see `Attributor.save`."""
    record = record_of(method, folder)
    settings, arrays = attributor.classifier.state()
    strangers = attributor.strangers
    met = () if strangers is None else strangers.probabilities
    with replacing_folder(folder, overwrite=overwrite, ours=holds_attributor) as temporary:
        held = {f"classifier.{name}": array for name, array in arrays.items()}
        data = _serialised(held | {f"strangers.{number}": each for number, each in enumerate(met)})
        (temporary / ARRAYS).write_bytes(data)
        manifest = {
            "format": FORMAT,
            "method": record,
            "labels": list(attributor.labels),
            "counts": dict(attributor.counts),
            "shape": None if attributor.shape is None else list(attributor.shape),
            "temperature": attributor.temperature.value,
            "accuracy": attributor.accuracy,
            "calibration": attributor.calibration,
            "strangers": strangers and {"labels": list(strangers.labels), "rate": strangers.rate},
            "classifier": {
                "kind": attributor.classifier.kind,
                "settings": dict(settings),
                "learned_by": dict(method.classifier.describe()),
            },
            "arrays": digest_bytes(data),
            "made": {"when": datetime.now(UTC).isoformat(timespec="seconds"), "versions": versions()},
        }
        text = _canonical(manifest | {"checksum": digest_json(manifest)})
        (temporary / MANIFEST).write_text(text, encoding="utf-8")
    return folder


def holds_attributor(folder: Path) -> bool:
    """Return whether a folder holds an attributor, perhaps a damaged one, and nothing else."""
    names = names_in(folder)
    if MANIFEST not in names or names - {MANIFEST, ARRAYS}:
        return False
    return b'"whorl-attributor/' in (folder / MANIFEST).read_bytes()[:200]


def load_attributor(
    folder: str | Path, *, manifold: Manifold | str | Path | None = None
) -> tuple[Attributor, AttributionMethod]:
    """Read an attributor, check every byte of it, and make again what measures pictures for it.

    Args:
        folder: as `Attributor.save` wrote it.
        manifold: the method's manifold, or its folder, where it does not lie where it was.

    Raises:
        StorageError: no attributor there, damaged, or written by another version; its manifold is not at hand, or
            another one was given.

    >>> import tempfile
    >>> from whorl.attribution.methods import method_named
    >>> from whorl.images.array import ArraySource
    >>> method, rng = method_named("pixels-linear"), np.random.default_rng(0)
    >>> sets = {
    ...     name: ArraySource(rng.integers(low, low + 99, (12, 8, 8, 3), dtype=np.uint8))
    ...     for name, low in (("dark", 0), ("bright", 150))
    ... }
    >>> attributor = Attributor.fit(method.tables(sets), method.classifier)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     again, measure = load_attributor(attributor.save(f"{place}/attributor", method))
    >>> set(again.attribute(measure.features.features(sets["dark"])).answers)
    {'dark'}
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    try:
        arrays = _arrays(folder, manifest)
        return _attributor(manifest, arrays), method_from(manifest["method"], folder, manifold)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, f"{type(error).__name__}: {error}") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check the manifest alone.

    Raises:
        StorageError: no attributor there, damaged, or written by another version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise StorageError(
            f"{folder} is no attributor (no {MANIFEST} in it); train one with 'whorl manifold train'."
        )
    try:
        text = path.read_bytes().decode()
        manifest = json.loads(text)
        if not isinstance(manifest, dict):
            raise TypeError("not an object")
    except (ValueError, TypeError) as error:
        raise _damaged(folder, f"{MANIFEST} is not readable: {error}") from error
    found = str(manifest.get("format", "nothing that is named"))
    if found != FORMAT:
        raise StorageError(
            f"{folder} holds {found}, where this version of Whorl reads {FORMAT}. Give an attributor; if it is a "
            "newer one, update Whorl, or train it again."
        )
    unsigned = {name: value for name, value in manifest.items() if name != "checksum"}
    if manifest.get("checksum") != digest_json(unsigned) or text != _canonical(manifest):
        raise _damaged(folder, f"{MANIFEST} has changed since it was written")
    return manifest


def _attributor(manifest: Mapping[str, Any], arrays: Arrays) -> Attributor:
    met = manifest["strangers"]
    return Attributor(
        labels=tuple(manifest["labels"]),
        classifier=restore(
            manifest["classifier"]["kind"],
            manifest["classifier"]["settings"],
            {
                name.removeprefix("classifier."): array
                for name, array in arrays.items()
                if name.startswith("classifier.")
            },
        ),
        temperature=Temperature(manifest["temperature"]),
        strangers=met
        and Strangers(
            tuple(met["labels"]),
            tuple(arrays[f"strangers.{number}"] for number in range(len(met["labels"]))),
            met["rate"],
        ),
        accuracy=manifest["accuracy"],
        calibration=manifest["calibration"],
        counts=manifest["counts"],
        shape=None if manifest["shape"] is None else tuple(manifest["shape"]),
    )


def _serialised(arrays: Arrays) -> bytes:
    from safetensors.numpy import save

    # np.ascontiguousarray would make a vector of a number.
    data: bytes = save({name: np.array(array, order="C") for name, array in arrays.items()})
    return data


def _arrays(folder: Path, manifest: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        data = (folder / ARRAYS).read_bytes()
    except OSError as error:
        raise _damaged(folder, f"{ARRAYS} cannot be read: {error.strerror}") from error
    if digest_bytes(data) != manifest["arrays"]:
        raise _damaged(folder, f"{ARRAYS} has changed since it was written")
    try:
        arrays: dict[str, NDArray[Any]] = load(data)
    except SafetensorError as error:
        raise _damaged(folder, f"{ARRAYS}: {error}") from error
    return arrays


def _canonical(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _damaged(folder: Path, what: str) -> StorageError:
    return StorageError(
        f"the attributor {folder} is damaged: {what}. Nothing is answered by it; restore it from a copy or train "
        "it again."
    )
