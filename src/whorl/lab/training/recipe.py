"""All that decides what an encoder becomes, apart from its pictures."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from whorl.errors import WhorlError

FAMILIES = ("vit", "resnet")
OBJECTIVES = ("classes", "barlow-twins")

_OWN = {
    "classes": ("smoothing", "mix", "jitter", "shift"),
    "barlow-twins": ("objective", "projector", "redundancy"),
}
"""Settings that mean something for one objective only. `classes` came first, and is not named in its recipes."""
_POSITIVE = (
    "width",
    "depth",
    "patch",
    "size",
    "epochs",
    "minutes",
    "batch_size",
    "learning_rate",
    "projector",
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an encoder is built and trained; equal recipes and equal pictures give equal encoders.

    Attributes:
        family: "vit" or "resnet".
        width: of the hidden states (ViT), or of the last two of four stages (ResNet).
        depth: blocks, in a ResNet divided among the four stages.
        patch: side of a ViT's patches, in pixels.
        size: side of the pictures, in pixels.
        epochs: passes over the pictures; None where `minutes` is given.
        minutes: time to train for; the pace then decides how many passes there are, and the learning rate
            falls to zero as the time runs out. What was decided is kept in history.json.
        batch_size: pictures per step.
        learning_rate: its highest value.
        warmup: share of the training in which the learning rate rises from zero.
        weight_decay: of AdamW, on matrices.
        smoothing: label smoothing.
        mix: share of pictures that are mixed with another one, by mixup or CutMix, half each.
        jitter: largest change of brightness, contrast and saturation, 0.2 for +-20 %.
        shift: largest shift of a picture, in pixels.
        average: per step, how much of the averaged weights (EMA) is kept; 0 does not average.
        tokens: share of a ViT's patches that a step sees, drawn per picture; all in the last fifth.
        seed: fixes weights, order and augmentation.
        objective: "classes", or "barlow-twins", which needs no labels.
        projector: width of the three layers that Barlow Twins puts on the backbone.
        redundancy: lambda of Barlow Twins: the weight of the correlations between different components.

    `smoothing`, `mix`, `jitter` and `shift` belong to the objective `classes`, `projector` and `redundancy` to
    `barlow-twins`; `to_dict` names those of its own objective.

    Raises:
        WhorlError: a value that makes no sense, or one that belongs to the other objective.

    >>> Recipe(epochs=1, objective="barlow-twins", mix=0.2)
    Traceback (most recent call last):
    whorl.errors.WhorlError: mix says nothing to the objective barlow-twins; it belongs to classes.
    """

    family: str = "vit"
    width: int = 128
    depth: int = 12
    patch: int = 4
    size: int = 32
    epochs: int | None = None
    minutes: float | None = None
    batch_size: int = 128
    learning_rate: float = 1e-3
    warmup: float = 0.05
    weight_decay: float = 0.05
    smoothing: float = 0.1
    mix: float = 0.5
    jitter: float = 0.2
    shift: int = 4
    average: float = 0.998
    tokens: float = 1.0
    seed: int = 0
    objective: str = "classes"
    projector: int = 512
    redundancy: float = 5e-3

    def __post_init__(self) -> None:
        if (self.epochs is None) == (self.minutes is None):
            raise WhorlError("give epochs or minutes, and not both: they say how long to train.")
        if self.family not in FAMILIES:
            raise WhorlError(f"family must be one of {', '.join(FAMILIES)}; got {self.family!r}.")
        self._check_objective()
        for name in _POSITIVE:
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise WhorlError(f"{name} must be above 0; got {value!r}.")
        for name in ("warmup", "smoothing", "mix", "jitter", "average", "tokens"):
            if not 0 <= getattr(self, name) <= 1:
                raise WhorlError(f"{name} must lie between 0 and 1; got {getattr(self, name)!r}.")
        if not 0 <= self.shift < self.size:
            raise WhorlError(f"shift must lie between 0 and {self.size - 1} pixels; got {self.shift!r}.")
        self._check_shape()

    def _check_objective(self) -> None:
        if self.objective not in OBJECTIVES:
            raise WhorlError(f"objective must be one of {', '.join(OBJECTIVES)}; got {self.objective!r}.")
        default = {field.name: field.default for field in fields(self)}
        for name, other in self._foreign().items():
            if getattr(self, name) != default[name]:
                raise WhorlError(
                    f"{name} says nothing to the objective {self.objective}; it belongs to {other}."
                )
        if self.objective == "barlow-twins" and self.batch_size < 2:
            raise WhorlError(
                "barlow-twins correlates the pictures of a batch: batch_size must be at least 2."
            )
        if not 0 <= self.redundancy < math.inf:
            raise WhorlError(f"redundancy must be finite and at least 0; got {self.redundancy!r}.")

    def _foreign(self) -> dict[str, str]:
        """Return the settings of other objectives, and whose they are."""
        return {name: other for other, names in _OWN.items() if other != self.objective for name in names}

    def _check_shape(self) -> None:
        if self.family == "vit" and self.size % self.patch:
            raise WhorlError(f"patches of {self.patch} do not fill {self.size} x {self.size} pictures.")
        if self.family == "vit" and self.width % 32:
            raise WhorlError(f"the width of a ViT must be a multiple of 32, one head each; got {self.width}.")
        if self.family == "resnet" and (self.depth % 4 or self.width % 4):
            raise WhorlError(
                f"depth and width of a ResNet must be multiples of 4, its number of stages; got {self.depth} "
                f"and {self.width}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values, those of other objectives left out."""
        foreign = self._foreign()
        return {name: value for name, value in asdict(self).items() if name not in foreign}
