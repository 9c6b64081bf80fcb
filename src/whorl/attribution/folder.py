"""An attributor as a folder: a JSON manifest and one safetensors file; every byte is covered by a digest."""

from __future__ import annotations

from collections.abc import Mapping
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
from whorl.manifests import ManifestFolder
from whorl.manifold.manifold import Manifold

ARRAYS = "attributor.safetensors"
ATTRIBUTORS = ManifestFolder(
    noun="attributor",
    format="whorl-attributor/1",
    files=r"attributor\.safetensors",
    make="train one with 'whorl manifold train'",
    without="Nothing is answered by it; restore it from a copy or train it again.",
)

Arrays = Mapping[str, NDArray[Any]]


def write_folder(attributor: Attributor, method: AttributionMethod, folder: Path, *, overwrite: bool) -> Path:
    """Write an attributor; see `Attributor.save`."""
    record = record_of(method, folder)
    settings, arrays = attributor.classifier.state()
    strangers = attributor.strangers
    met = () if strangers is None else strangers.probabilities
    with ATTRIBUTORS.replacing(folder, overwrite=overwrite) as (temporary, manifest):
        held = {f"classifier.{name}": array for name, array in arrays.items()}
        data = _serialised(held | {f"strangers.{number}": each for number, each in enumerate(met)})
        manifest |= {
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
            "arrays": ATTRIBUTORS.write_file(temporary / ARRAYS, data)["digest"],
        }
    return folder


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
    manifest = ATTRIBUTORS.read(folder)
    with ATTRIBUTORS.sound(folder):
        arrays = _arrays(folder, manifest)
        return _attributor(manifest, arrays), method_from(manifest["method"], folder, manifold)


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

    data = ATTRIBUTORS.file_bytes(folder, {"file": ARRAYS, "digest": manifest["arrays"]})
    try:
        arrays: dict[str, NDArray[Any]] = load(data)
    except SafetensorError as error:
        raise ATTRIBUTORS.damaged(folder, f"{ARRAYS}: {error}") from error
    return arrays
