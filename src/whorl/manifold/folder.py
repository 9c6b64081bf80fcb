"""A manifold as a folder: a JSON manifest, one safetensors file per layer, and the pictures' keys and ids.

Every byte is covered by a digest: the manifest names the digest of each file, and its own checksum.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import StorageError, WhorlError
from whorl.files import digest_bytes, digest_file, digest_json, names_in, replacing_folder
from whorl.manifold.contents import FORMAT, Drawn, ManifoldContents
from whorl.manifold.rows import TENSOR, mapped
from whorl.memorization.provenance import EncoderRecord, versions

MANIFEST, PICTURES = "manifest.json", "pictures.json"
_OUR_NAME = re.compile(r"manifest\.json|pictures\.json|layer-\d{4,}\.safetensors")


def write_folder(manifold: ManifoldContents, folder: Path, *, overwrite: bool) -> Path:
    """Write a manifold; see `Manifold.save`."""
    with replacing_folder(folder, overwrite=overwrite, ours=holds_manifold) as temporary:
        layers = [
            _write_layer(temporary, number, layer, rows)
            for number, (layer, rows) in enumerate(manifold.features.items(), 1)
        ]
        manifest = {
            "format": FORMAT,
            "digest": manifold.digest,
            "count": len(manifold),
            "source": manifold.source,
            "encoder": manifold.encoder.to_dict() if manifold.encoder else None,
            "encoder_digest": manifold.encoder_digest,
            "drawn": manifold.drawn.to_dict() if manifold.drawn else None,
            "layers": layers,
            "pictures": _write_pictures(temporary, manifold),
            "made": {"when": datetime.now(UTC).isoformat(timespec="seconds"), "versions": versions()},
        }
        text = _canonical(manifest | {"checksum": digest_json(manifest)})
        (temporary / MANIFEST).write_text(text, encoding="utf-8")
    return folder


def holds_manifold(folder: Path) -> bool:
    """Return whether a folder holds a manifold, perhaps a damaged one, and nothing else."""
    names = names_in(folder)
    if MANIFEST not in names or not all(_OUR_NAME.fullmatch(name) for name in names):
        return False
    return b'"whorl-manifold/' in (folder / MANIFEST).read_bytes()[:200]


def read_folder(folder: Path) -> ManifoldContents:
    """Read and check a manifold; see `Manifold.load`."""
    manifest = read_manifest(folder)
    try:
        pictures = json.loads(_checked(folder, manifest["pictures"]).read_bytes())
        keys = np.frombuffer(bytes.fromhex(pictures["keys"]), dtype=np.uint8).reshape(manifest["count"], 16)
        manifold = ManifoldContents(
            features={
                _layer(entry["layer"]): _read_layer(folder, entry, manifest["count"])
                for entry in manifest["layers"]
            },
            keys=keys,
            keys_of=str(pictures["keys_of"]),
            ids=None if pictures["ids"] is None else tuple(pictures["ids"]),
            source=manifest["source"],
            encoder=EncoderRecord(**manifest["encoder"]) if manifest["encoder"] else None,
            encoder_digest=manifest["encoder_digest"],
            drawn=Drawn(**manifest["drawn"]) if manifest["drawn"] else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder, f"{type(error).__name__}: {error}") from error
    if manifold.digest != manifest["digest"]:
        raise _damaged(folder, "its numbers do not give the digest in its manifest")
    return manifold


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check the manifest alone.

    Raises:
        StorageError: no manifold there, damaged, or written by another version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise StorageError(f"{folder} is no manifold (no {MANIFEST} in it); make one with Manifold.fit.")
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
            f"{folder} holds {found}, where this version of Whorl reads {FORMAT}. Give a manifold; if it is a "
            "newer one, update Whorl, or fit it again."
        )
    unsigned = {name: value for name, value in manifest.items() if name != "checksum"}
    if manifest.get("checksum") != digest_json(unsigned) or text != _canonical(manifest):
        raise _damaged(folder, f"{MANIFEST} has changed since it was written")
    return manifest


def _write_layer(folder: Path, number: int, layer: Layer, rows: NDArray[np.float32]) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    name = f"layer-{number:04d}.safetensors"
    try:
        save_file({TENSOR: np.ascontiguousarray(rows)}, folder / name)
    except SafetensorError as error:  # how it tells of a full disk
        raise OSError(str(error)) from error
    return {"layer": layer, "file": name, "digest": digest_file(folder / name), "width": rows.shape[1]}


def _write_pictures(folder: Path, manifold: ManifoldContents) -> dict[str, str]:
    content = {
        "keys": manifold.keys.tobytes().hex(),
        "keys_of": manifold.keys_of,
        "ids": None if manifold.ids is None else list(manifold.ids),
    }
    data = json.dumps(content, ensure_ascii=False).encode()
    (folder / PICTURES).write_bytes(data)
    return {"file": PICTURES, "digest": digest_bytes(data)}


def _read_layer(folder: Path, entry: Mapping[str, Any], count: int) -> NDArray[np.float32]:
    path = _checked(folder, entry)
    rows = mapped(path)
    if rows.shape != (count, entry["width"]):
        raise ValueError(f"{path.name} is {rows.shape}, expected {(count, entry['width'])}")
    return rows


def _layer(name: object) -> Layer:
    if isinstance(name, int | str):
        return name
    raise TypeError(f"{name!r} is no layer")


def _checked(folder: Path, entry: Mapping[str, Any]) -> Path:
    """Return the path of a file of ours after a look at every byte of it."""
    name = str(entry["file"])
    if not _OUR_NAME.fullmatch(name):
        raise _damaged(folder, f"its manifest names a file outside it: {name!r}")
    try:
        found = digest_file(folder / name)
    except OSError as error:
        raise _damaged(folder, f"{name} cannot be read: {error.strerror}") from error
    if found != entry["digest"]:
        raise _damaged(folder, f"{name} has changed since it was written")
    return folder / name


def _canonical(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _damaged(folder: Path, what: str) -> WhorlError:
    return StorageError(
        f"the manifold {folder} is damaged: {what}. Nothing is projected onto it; restore it from a copy or fit "
        "it again (embeddings that are still in the cache are not computed anew)."
    )
