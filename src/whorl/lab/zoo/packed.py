"""Models of a zoo whose pictures a pack has: they need not be trained again."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from whorl.errors import StorageError, WhorlError
from whorl.files import bytes_of, digest_bytes, digest_file
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.zoo.models import PlannedModel
from whorl.lab.zoo.picture_set import Origin, read_set, write_set
from whorl.lab.zoo.zoo import ZooModel, pictures_file

SCHEMA = "whorl-zoo-pack/1"
RECIPE = "recipe.json"
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class PackedZoo:
    """What a pack says of itself, and its pictures; `whorl.lab.zoo.pack.pack_zoo` writes one.

    Attributes:
        folder: where it lies.
        size: of every model.
        seed: of the whole.
        data: name, count, classes and digest of what all learned from.
        pictures: of each model.
        models: by name, such as "ddpm/run-1".
        files: digests by name.
    """

    folder: Path
    size: str
    seed: int
    data: Mapping[str, Any]
    pictures: int
    models: Mapping[str, ZooModel]
    files: Mapping[str, str]

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Read a pack's recipe; its pictures are not looked at yet.

        Raises:
            StorageError: there is none, or it is damaged.
        """
        path = Path(folder, RECIPE)
        try:
            said = json.loads(path.read_bytes())
            if said.get("schema") != SCHEMA:
                raise WhorlError(f"expected schema {SCHEMA!r}, found {said.get('schema')!r}")
            models = [ZooModel.from_dict(each) for each in said["sets"].values()]
            return cls(
                folder=Path(folder),
                models={each.name: each for each in models},
                files={str(name): str(digest) for name, digest in said["files"].items()},
                **{name: said[name] for name in ("size", "seed", "data", "pictures")},
            )
        except (*_BROKEN, WhorlError) as error:
            raise StorageError(
                f"{path} is no packed zoo's ({error}); `whorl lab zoo --pack` writes one."
            ) from error

    def expect(self, *, size: str, seed: int, digest: str, pictures: int) -> None:
        """Make sure that its models are some of a zoo with these settings.

        Raises:
            StorageError: they are not; the message says in what they differ.
        """
        wanted = {"size": size, "seed": seed, "pictures": pictures, "data": digest}
        found = {name: getattr(self, name) for name in wanted} | {"data": self.data.get("digest")}
        differing = [
            f"{name} ({found[name]} in the pack, {value} here)"
            for name, value in wanted.items()
            if found[name] != value
        ]
        if differing:
            raise StorageError(
                f"{self.folder} is a pack of another zoo: they differ in {', '.join(differing)}. Give the same "
                "data and options, or leave the pack out."
            )

    def pixels(self, model: ZooModel) -> NDArray[np.uint8]:
        """Return a model's pictures, uint8 (N, S, S, 3).

        Raises:
            StorageError: the pack's file is damaged, or holds others.
        """
        path = self.folder / f"{model.architecture}.npz"
        try:
            if digest_file(path) != self.files[path.name]:
                raise WhorlError("its bytes are not those that recipe.json names")
            with np.load(path, allow_pickle=False) as arrays:
                pixels = np.ascontiguousarray(arrays[f"run-{model.run}"])
            if digest_bytes(bytes_of(pixels)) != model.digest:
                raise WhorlError(f"its pictures of {model.name} are not those that recipe.json names")
        except (*_BROKEN, WhorlError) as error:
            raise StorageError(f"{path} is damaged ({error}); get the pack anew, or leave it out.") from error
        return pixels


def take_packed(pack: PackedZoo, planned: PlannedModel, zoo: Path) -> ZooModel:
    """Put a packed model's pictures into a zoo's folder, where they are not there already.

    Raises:
        StorageError: the pack's are of another recipe, were drawn in another way or are damaged; or the folder
            holds other pictures.
    """
    model = pack.models[planned.name]
    if (model.recipe, model.steps) != (planned.recipe, planned.end):
        raise StorageError(
            f"{pack.folder} has {model.name} of another recipe: {model.recipe.title}, {model.steps:,} steps; this "
            f"zoo's is trained for {planned.end:,}. Give the same options, or leave the pack out."
        )
    if model.drawing != architecture_named(model.architecture).drawing:
        raise StorageError(
            f"{pack.folder} has pictures of {model.name} that an earlier version drew in another way. Leave the "
            "pack out, and they are drawn anew."
        )
    path, pixels = pictures_file(zoo, model.architecture, model.run), pack.pixels(model)
    if path.exists():
        if digest_bytes(bytes_of(read_set(path).pixels)) != model.digest:
            raise StorageError(
                f"{path} holds other pictures than {pack.folder} has of {model.name}. Take one of the two out."
            )
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_set(path, pixels, Origin.now(model.recipe, model.weights))
    return model
