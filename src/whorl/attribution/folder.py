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
from whorl.attribution.likeness import Likeness
from whorl.attribution.method_record import method_from, record_of
from whorl.attribution.methods import AttributionMethod
from whorl.attribution.rejection import Met, Rejection
from whorl.manifests import ManifestFolder
from whorl.manifold.manifold import Manifold

ARRAYS = "attributor.safetensors"
ATTRIBUTORS = ManifestFolder(
    noun="attributor",
    format="whorl-attributor/2",
    files=r"attributor\.safetensors",
    make="train one with 'whorl manifold train'",
    without="Nothing is answered by it; restore it from a copy or train it again.",
)

Arrays = Mapping[str, NDArray[Any]]

_LIKENESS = ("mean", "spread", "components", "whitening", "centres", "counts")
_MET = ("rows", "centres", "counts")


def write_folder(attributor: Attributor, method: AttributionMethod, folder: Path, *, overwrite: bool) -> Path:
    """Write an attributor; see `Attributor.save`."""
    record = record_of(method, folder)
    settings, arrays = attributor.classifier.state()
    met = attributor.rejection
    with ATTRIBUTORS.replacing(folder, overwrite=overwrite) as (temporary, manifest):
        held = {f"classifier.{name}": array for name, array in arrays.items()}
        data = _serialised(held | _rejection_arrays(met))
        manifest |= {
            "method": record,
            "labels": list(attributor.labels),
            "counts": dict(attributor.counts),
            "shape": None if attributor.shape is None else list(attributor.shape),
            "temperature": attributor.temperature.value,
            "accuracy": attributor.accuracy,
            "calibration": attributor.calibration,
            "rejection": met
            and {
                "asked": met.asked,
                "labels": list(met.likeness.labels),
                "outside": met.likeness.outside,
                "strangers": [each.label for each in met.strangers],
                "known": [each.label for each in met.known],
            },
            "strangers_accepted": met and met.rate,
            "known_accepted": {str(size): share for size, share in attributor.known_accepted.items()},
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
        rejection=_rejection(manifest["rejection"], arrays),
        accuracy=manifest["accuracy"],
        calibration=manifest["calibration"],
        counts=manifest["counts"],
        shape=None if manifest["shape"] is None else tuple(manifest["shape"]),
    )


def _rejection_arrays(met: Rejection | None) -> dict[str, NDArray[Any]]:
    if met is None:
        return {}
    found = {f"likeness.{name}": getattr(met.likeness, name) for name in _LIKENESS}
    for kind, held in (("strangers", met.strangers), ("known", met.known)):
        for number, each in enumerate(held):
            found |= {f"{kind}.{number}.{name}": getattr(each, name) for name in _MET}
    return found


def _rejection(record: Mapping[str, Any] | None, arrays: Arrays) -> Rejection | None:
    if record is None:
        return None

    def met(kind: str) -> tuple[Met, ...]:
        return tuple(
            Met(label, *(arrays[f"{kind}.{number}.{name}"] for name in _MET))
            for number, label in enumerate(record[kind])
        )

    likeness = Likeness(
        labels=tuple(record["labels"]),
        outside=record["outside"],
        **{name: arrays[f"likeness.{name}"] for name in _LIKENESS},
    )
    return Rejection(likeness, met("strangers"), met("known"), record["asked"])


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
