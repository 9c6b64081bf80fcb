"""What a training leaves, and where: the folder of a generator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from whorl.errors import StorageError, WhorlError
from whorl.files import digest_json, names_in, write_json
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.generators.recipe import GeneratorRecipe
from whorl.versions import versions_of

SCHEMA = "whorl-generator/1"
FORMAT = 1
"""Raised whenever the same recipe and pictures would give another generator than before."""

CONFIG, WEIGHTS, CHECKPOINT = "config.json", "weights.safetensors", "checkpoint.safetensors"
HISTORY, CURVES = "history.json", "losses.svg"


def kept_weights(epoch: int) -> str:
    """Return the file of the averaged weights at the end of an epoch.

    >>> kept_weights(120)
    'epochs/epoch-0120.safetensors'
    """
    return f"epochs/epoch-{epoch:04}.safetensors"


def grid(step: int) -> str:
    """Return the file of the samples drawn after a step.

    >>> grid(2500)
    'samples/step-00002500.png'
    """
    return f"samples/step-{step:08}.png"


@dataclass(frozen=True)
class GeneratorConfig:
    """What config.json says.

    Attributes:
        recipe: how the generator was trained.
        data: name, count, classes and digest of the pictures.
        versions: of Whorl, torch and the architecture's packages, when the folder was begun.
    """

    recipe: GeneratorRecipe
    data: Mapping[str, Any]
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Digest of what weights and checkpoints must agree with: recipe, pictures, format."""
        data = {name: self.data[name] for name in ("digest", "classes")}
        return digest_json({"format": FORMAT, "recipe": self.recipe.identity(), "data": data})

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "schema": SCHEMA,
            "format": FORMAT,
            "architecture": self.recipe.architecture,
            "size": self.recipe.size,
            "recipe": self.recipe.to_dict(),
            "data": dict(self.data),
            "versions": dict(self.versions),
        }


def config_of(recipe: GeneratorRecipe, data: Mapping[str, Any]) -> GeneratorConfig:
    """Return the config of a training that begins now."""
    packages = ("whorl", "torch", *architecture_named(recipe.architecture).packages)
    return GeneratorConfig(recipe, data, versions_of(packages))


def read_config(folder: Path) -> GeneratorConfig:
    """Read the config.json of a generator's folder.

    Raises:
        StorageError: there is none, it is damaged, or of something else.
    """
    path = folder / CONFIG
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StorageError(
            f"{path} cannot be read ({error}); expected a folder of `whorl lab train`."
        ) from error
    schema = values.get("schema") if isinstance(values, dict) else None
    if schema != SCHEMA:
        raise StorageError(f"{path} is no generator's: expected schema {SCHEMA!r}, found {schema!r}.")
    try:
        recipe = GeneratorRecipe.from_dict(values["recipe"])
        return GeneratorConfig(recipe, values["data"], values["versions"])
    except (KeyError, TypeError, WhorlError) as error:
        raise StorageError(f"{path} is damaged: {error}.") from error


def begin_folder(folder: Path, config: GeneratorConfig) -> None:
    """Make the folder of a training, or agree that it goes on in the one there is.

    Raises:
        StorageError: it holds something else, a training of another recipe, or of other pictures.
    """
    write_json(folder / CONFIG, check_folder(folder, config).to_dict())


def check_folder(folder: Path, config: GeneratorConfig) -> GeneratorConfig:
    """Return a training's config, with the versions it was begun with where it was begun already.

    Raises:
        StorageError: see `begin_folder`.
    """
    if folder.is_dir() and (folder / CONFIG).exists():
        there = read_config(folder)
        check_same(folder, there, config)
        return GeneratorConfig(config.recipe, config.data, there.versions)
    if folder.exists() and (not folder.is_dir() or names_in(folder)):
        raise StorageError(f"{folder} exists and holds no generator; choose another -o.")
    return config


def check_same(folder: Path, there: GeneratorConfig, here: GeneratorConfig) -> None:
    """Refuse to go on in a folder with another recipe or other pictures, both named.

    Raises:
        StorageError: they differ, and in what.
    """
    if there.key == here.key:
        return
    ours, theirs = _values(here), _values(there)
    differing = [
        f"{name} ({theirs.get(name)} there, {ours.get(name)} here)"
        for name in dict.fromkeys([*ours, *theirs])
        if theirs.get(name) != ours.get(name)
    ]
    if there.data["digest"] != here.data["digest"]:
        differing.append(f"pictures ({there.data['name']} there, {here.data['name']} here)")
    raise StorageError(
        f"{folder} holds a training of {there.recipe.title}; this one is of {here.recipe.title}. They differ in "
        f"{', '.join(differing) or 'the format or the names of the classes'}. Give the same ones to go on with "
        "it, or another -o to train anew."
    )


def _values(config: GeneratorConfig) -> dict[str, Any]:
    values = config.recipe.identity()
    settings = values.pop("settings")
    return {**values, **settings}
