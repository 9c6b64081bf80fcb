"""All that decides what a generator becomes, apart from its pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from whorl.errors import WhorlError

_LENGTHS = ("steps", "epochs", "minutes")


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What a size stands for, in one architecture.

    Attributes:
        settings: the architecture's own, as JSON values.
        batch_size: pictures per step.
        learning_rate: constant.
        average: share of the averaged weights (EMA) that is kept per step.
        steps: how long to train, unless told otherwise; None where `epochs` is given.
        epochs: the same in passes over the pictures.
    """

    settings: Mapping[str, Any]
    batch_size: int
    learning_rate: float
    average: float
    steps: int | None = None
    epochs: int | None = None


@dataclass(frozen=True, kw_only=True)
class GeneratorRecipe:
    """How a generator is built and trained; on one machine, equal recipes and pictures give equal generators.

    Attributes:
        architecture: its name.
        size: the preset that it began from.
        settings: the architecture's own, as JSON values.
        batch_size: pictures per step.
        learning_rate: constant.
        average: share of the averaged weights (EMA) that is kept per step; 0 does not average.
        flips: whether each picture is mirrored left to right in half of the epochs.
        image_size: side of the pictures.
        seed: fixes weights, order, flips and noise.
        steps: how long to train: exactly one of these three is given.
        epochs: passes over the pictures.
        minutes: time to train for; the number of steps is then the machine's.

    Raises:
        WhorlError: a value that makes no sense.
    """

    architecture: str
    size: str
    settings: Mapping[str, Any]
    batch_size: int
    learning_rate: float
    average: float
    flips: bool = False
    image_size: int = 32
    seed: int = 0
    steps: int | None = None
    epochs: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        if sum(getattr(self, name) is not None for name in _LENGTHS) != 1:
            raise WhorlError("give one of steps, epochs and minutes: they say how long to train.")
        for name in ("batch_size", "learning_rate", "image_size", *_LENGTHS):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise WhorlError(f"{name} must be above 0; got {value!r}.")
        if not 0 <= self.average <= 1:
            raise WhorlError(f"average must lie between 0 and 1; got {self.average!r}.")
        if not 0 <= self.seed < 2**63:
            raise WhorlError(f"seed must be a whole number from 0 on; got {self.seed!r}.")

    @property
    def title(self) -> str:
        """Architecture, size and seed in a few words."""
        return f"{self.architecture}, size {self.size}, seed {self.seed}"

    def identity(self) -> dict[str, Any]:
        """Return everything but how long it is trained, as JSON values: what may go on in one folder.

        The learning rate is constant, so that a longer training begins like a shorter one.
        """
        return {name: value for name, value in self.to_dict().items() if name not in _LENGTHS}

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self) | {"settings": dict(self.settings)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> GeneratorRecipe:
        """Return the recipe that `to_dict` described.

        Raises:
            WhorlError: a name that no recipe has, or a name is missing.
        """
        try:
            return cls(**values)
        except TypeError as error:
            raise WhorlError(f"this is no recipe of a generator: {error}.") from error


def recipe_for(architecture: str, size: str, **changes: Any) -> GeneratorRecipe:
    """Return the recipe of a size, with some of its values changed.

    Args:
        architecture: see `whorl.lab.generators.architectures.NAMES`.
        size: "tiny" (seconds, for tests), "small" (minutes on two cores) or "paper" (an accelerator).
        changes: fields of `GeneratorRecipe`; None leaves the size's own. `settings` are merged.

    Raises:
        WhorlError: an unknown architecture, size or field.

    >>> recipe_for("ddim", "paper").settings["inference_steps"]
    250
    >>> recipe_for("ddpm", "tiny", minutes=2).steps is None
    True
    """
    from whorl.lab.generators.architectures import architecture_named

    presets = architecture_named(architecture).presets
    if size not in presets:
        raise WhorlError(f"size must be one of {', '.join(presets)}; got {size!r}.")
    values: dict[str, Any] = {
        field.name: getattr(presets[size], field.name) for field in dataclasses.fields(Preset)
    }
    given = {name: value for name, value in changes.items() if value is not None}
    if any(name in given for name in _LENGTHS):
        values |= dict.fromkeys(_LENGTHS)
    settings = {**values["settings"], **given.pop("settings", {})}
    return GeneratorRecipe.from_dict(
        values | given | {"architecture": architecture, "size": size, "settings": settings}
    )
