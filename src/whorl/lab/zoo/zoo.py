"""What a zoo is: its models, their pictures, and where they lie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from whorl.errors import StorageError, WhorlError
from whorl.lab.generators.recipe import GeneratorRecipe

SCHEMA = "whorl-zoo/1"
RESULT = "zoo.json"
MODELS, PICTURES = "models", "pictures"


@dataclass(frozen=True)
class ZooModel:
    """One model of a zoo and the pictures drawn from it.

    Attributes:
        run: its number among those of its architecture, from 1 on.
        recipe: how it was trained; pictures are drawn with the same seed.
        steps: how many it was trained.
        weights: digest of its averaged weights.
        pictures: how many were drawn, the first ones of its seed.
        digest: of their pixels.
        versions: of Whorl, torch and the architecture's packages when its training began.
        drawing: how its architecture drew them, see `whorl.lab.generators.contract.GeneratorArchitecture`.
    """

    run: int
    recipe: GeneratorRecipe
    steps: int
    weights: str
    pictures: int
    digest: str
    versions: Mapping[str, str]
    drawing: int

    @property
    def architecture(self) -> str:
        """Its architecture's name."""
        return self.recipe.architecture

    @property
    def seed(self) -> int:
        """Of its training and its pictures."""
        return self.recipe.seed

    @property
    def name(self) -> str:
        """Architecture and run, as `whorl evaluate` names its set."""
        return f"{self.architecture}/run-{self.run}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "architecture": self.architecture,
            "run": self.run,
            "seed": self.seed,
            "steps": self.steps,
            "recipe": self.recipe.to_dict(),
            "weights": self.weights,
            "pictures": self.pictures,
            "digest": self.digest,
            "versions": dict(self.versions),
            "drawing": self.drawing,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described."""
        names = ("run", "steps", "weights", "pictures", "digest", "versions", "drawing")
        return cls(
            recipe=GeneratorRecipe.from_dict(values["recipe"]), **{name: values[name] for name in names}
        )


@dataclass(frozen=True)
class Zoo:
    """Models of several architectures, trained on the same pictures, each with as many pictures of its own.

    Attributes:
        folder: models/ARCHITECTURE/run-N and pictures/ARCHITECTURE/run-N.npz.
        size: of every model: tiny, small or paper.
        seed: of the whole; see `whorl.lab.zoo.order.zoo_seed`.
        data: name, count, classes and digest of the pictures that all learned from.
        pictures: drawn from each.
        models: run by run, in the zoo's order.
    """

    folder: Path
    size: str
    seed: int
    data: Mapping[str, Any]
    pictures: int
    models: tuple[ZooModel, ...]

    @property
    def sets(self) -> Path:
        """The folder that `whorl evaluate` takes."""
        return self.folder / PICTURES

    def model_folder(self, model: ZooModel) -> Path:
        """Return where a model lies; `whorl.lab.generators.load.load_generator` takes it."""
        return model_folder(self.folder, model.architecture, model.run)

    def pictures_file(self, model: ZooModel) -> Path:
        """Return where its pictures lie; `whorl.open_images` takes it."""
        return pictures_file(self.folder, model.architecture, model.run)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values, without where it lies."""
        return {
            "schema": SCHEMA,
            "size": self.size,
            "seed": self.seed,
            "data": dict(self.data),
            "pictures": self.pictures,
            "models": [model.to_dict() for model in self.models],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], folder: str | Path) -> Self:
        """Return the zoo that `to_dict` described, in this folder.

        Raises:
            WhorlError: it is of another schema.
        """
        if values.get("schema") != SCHEMA:
            raise WhorlError(f"expected schema {SCHEMA!r}, found {values.get('schema')!r}.")
        return cls(
            folder=Path(folder),
            models=tuple(ZooModel.from_dict(model) for model in values["models"]),
            **{name: values[name] for name in ("size", "seed", "data", "pictures")},
        )


def model_folder(zoo: Path, architecture: str, run: int) -> Path:
    """Return the folder of a generator in a zoo.

    >>> model_folder(Path("zoo"), "ddpm", 2).as_posix()
    'zoo/models/ddpm/run-2'
    """
    return zoo / MODELS / architecture / f"run-{run}"


def pictures_file(zoo: Path, architecture: str, run: int) -> Path:
    """Return the file of its pictures.

    >>> pictures_file(Path("zoo"), "ddpm", 2).as_posix()
    'zoo/pictures/ddpm/run-2.npz'
    """
    return zoo / PICTURES / architecture / f"run-{run}.npz"


def read_zoo(folder: str | Path) -> Zoo:
    """Read a finished zoo from its zoo.json; the pictures are not looked at.

    Raises:
        StorageError: there is none, or it is damaged.
    """
    path = Path(folder, RESULT)
    try:
        return Zoo.from_dict(json.loads(path.read_bytes())["zoo"], folder)
    except (OSError, ValueError, KeyError, TypeError, WhorlError) as error:
        raise StorageError(f"{path} is no zoo's ({error}); `whorl lab zoo` writes one.") from error
