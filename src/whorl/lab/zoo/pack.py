"""A zoo's pictures in a folder to publish: one file per architecture, and how they were made."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import StorageError
from whorl.files import (
    bytes_of,
    check_output,
    digest_bytes,
    digest_file,
    names_in,
    replacing_folder,
    write_bytes,
    write_json,
)
from whorl.images.names import bare_name
from whorl.lab.zoo.judge import ZooJudgement
from whorl.lab.zoo.pack_readme import pack_readme
from whorl.lab.zoo.packed import RECIPE, SCHEMA
from whorl.lab.zoo.picture_set import read_set
from whorl.lab.zoo.zoo import Zoo, ZooModel

README = "README.md"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def pack_zoo(
    zoo: Zoo, folder: str | Path, *, judgement: ZooJudgement | None = None, overwrite: bool = False
) -> Path:
    """Write a zoo's pictures as ARCHITECTURE.npz with arrays run-1, run-2 ..., README.md and recipe.json.

    `whorl.open_images("FOLDER/sngan.npz::run-1")` opens one set and `whorl evaluate REF FOLDER` takes all. No
    path of this machine is in any of the files, and equal zoos give equal bytes. A pack of the same zoo that
    is there already is left alone.

    Args:
        zoo: built.
        folder: to write to, whole or not at all.
        judgement: of this zoo, to stand in both texts.
        overwrite: whether another pack there may be replaced.

    Returns:
        The folder.

    Raises:
        StorageError: the folder exists and holds something else; a set is damaged or changed since the zoo
            was built; or nothing can be written.
    """
    path = Path(folder)
    if path.exists() and _same(path, zoo, judgement):
        return path
    with replacing_folder(path, overwrite=overwrite, ours=holds_pack) as temporary:
        for name, models in _by_architecture(zoo).items():
            arrays = {f"run-{model.run}": _pixels(zoo, model) for model in models}
            _write_arrays(temporary / f"{name}.npz", arrays)
        files = {file.name: digest_file(file) for file in sorted(temporary.glob("*.npz"))}
        recipe = pack_recipe(zoo, judgement)
        write_json(temporary / RECIPE, recipe | {"files": files})
        write_bytes(temporary / README, pack_readme(recipe).encode())
    return path


def check_pack_place(folder: str | Path, *, overwrite: bool = False) -> None:
    """Make sure, before hours of training, that a pack may be written to a folder.

    Raises:
        StorageError: it holds something else than a pack, or cannot be written to.
    """
    path = Path(folder)
    if not holds_pack(path):
        check_output(path, overwrite=overwrite, ours=holds_pack)


def holds_pack(folder: Path) -> bool:
    """Return whether a folder holds a pack, and nothing else."""
    recipe = _recipe_in(folder)
    names = {RECIPE, README, *recipe.get("files", {})}
    return recipe.get("schema") == SCHEMA and not names_in(folder) - names


def pack_recipe(zoo: Zoo, judgement: ZooJudgement | None = None) -> dict[str, Any]:
    """Return how the pictures of a pack were made, without any path of this machine."""
    return {
        "schema": SCHEMA,
        "size": zoo.size,
        "seed": zoo.seed,
        "data": {**zoo.data, "name": bare_name(str(zoo.data["name"]))},
        "pictures": zoo.pictures,
        "judgement": None if judgement is None else judgement.to_dict() | {"encoder": _encoder(judgement)},
        "sets": {
            f"{model.architecture}.npz::run-{model.run}": {
                **model.to_dict(),
                "frechet_distance": None if judgement is None else judgement.distances.get(model.name),
            }
            for model in zoo.models
        },
    }


def _encoder(judgement: ZooJudgement) -> str:
    """Return the encoder's name; a hub's keeps its slash, a folder of this machine loses where it lies."""
    name = judgement.encoder
    local = (
        PurePosixPath(name).is_absolute()
        or PureWindowsPath(name).is_absolute()
        or name.startswith(("~", "."))
    )
    return bare_name(name) if local else name


def _same(folder: Path, zoo: Zoo, judgement: ZooJudgement | None) -> bool:
    said = dict(_recipe_in(folder))
    files = said.pop("files", None)
    # Through JSON, as what was read has been.
    if said != json.loads(json.dumps(pack_recipe(zoo, judgement))) or not isinstance(files, dict):
        return False
    return all((folder / name).is_file() and digest_file(folder / name) == at for name, at in files.items())


def _recipe_in(folder: Path) -> dict[str, Any]:
    try:
        recipe = json.loads((folder / RECIPE).read_bytes())
    except (OSError, ValueError):
        return {}
    return recipe if isinstance(recipe, dict) else {}


def _by_architecture(zoo: Zoo) -> dict[str, list[ZooModel]]:
    found: dict[str, list[ZooModel]] = {}
    for model in zoo.models:
        found.setdefault(model.architecture, []).append(model)
    return found


def _pixels(zoo: Zoo, model: ZooModel) -> NDArray[np.uint8]:
    path = zoo.pictures_file(model)
    stored = read_set(path)
    if digest_bytes(bytes_of(stored.pixels)) != model.digest:
        raise StorageError(
            f"{path} no longer holds the pictures of {model.name} as the zoo was built; run `whorl lab zoo` "
            "again."
        )
    return stored.pixels


def _write_arrays(path: Path, arrays: Mapping[str, NDArray[np.uint8]]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)  # NumPy's own writer leaves the date to Python
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, version=(1, 0), allow_pickle=False)
