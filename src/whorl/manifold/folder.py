"""A manifold as a folder: a JSON manifest, one safetensors file per layer, and the pictures' keys and ids.

Every byte is covered by a digest: the manifest names the digest of each file, and its own checksum.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.files import digest_file
from whorl.manifests import ManifestFolder
from whorl.manifold.contents import FORMAT, Drawn, ManifoldContents
from whorl.manifold.rows import TENSOR, mapped
from whorl.memorization.provenance import EncoderRecord

PICTURES = "pictures.json"
MANIFOLDS = ManifestFolder(
    noun="manifold",
    format=FORMAT,
    files=r"pictures\.json|layer-\d{4,}\.safetensors",
    make="make one with 'whorl manifold build' or Manifold.fit",
    without="Nothing is projected onto it; restore it from a copy or fit it again (embeddings that are still in "
    "the cache are not computed anew).",
)


def write_folder(manifold: ManifoldContents, folder: Path, *, overwrite: bool) -> Path:
    """Write a manifold; see `Manifold.save`."""
    with MANIFOLDS.replacing(folder, overwrite=overwrite) as (temporary, manifest):
        layers = [
            _write_layer(temporary, number, layer, rows)
            for number, (layer, rows) in enumerate(manifold.features.items(), 1)
        ]
        manifest |= {
            "digest": manifold.digest,
            "count": len(manifold),
            "source": manifold.source,
            "encoder": manifold.encoder.to_dict() if manifold.encoder else None,
            "encoder_digest": manifold.encoder_digest,
            "drawn": manifold.drawn.to_dict() if manifold.drawn else None,
            "layers": layers,
            "pictures": _write_pictures(temporary, manifold),
        }
    return folder


def read_folder(folder: Path) -> ManifoldContents:
    """Read and check a manifold; see `Manifold.load`."""
    manifest = MANIFOLDS.read(folder)
    with MANIFOLDS.sound(folder):
        pictures = json.loads(MANIFOLDS.file_bytes(folder, manifest["pictures"]))
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
    if manifold.digest != manifest["digest"]:
        raise MANIFOLDS.damaged(folder, "its numbers do not give the digest in its manifest")
    return manifold


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
    return MANIFOLDS.write_file(folder / PICTURES, data)


def _read_layer(folder: Path, entry: Mapping[str, Any], count: int) -> NDArray[np.float32]:
    path = MANIFOLDS.file(folder, entry)
    rows = mapped(path)
    if rows.shape != (count, entry["width"]):
        raise ValueError(f"{path.name} is {rows.shape}, expected {(count, entry['width'])}")
    return rows


def _layer(name: object) -> Layer:
    if isinstance(name, int | str):
        return name
    raise TypeError(f"{name!r} is no layer")
