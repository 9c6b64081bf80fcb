"""All that decides what an encoder becomes, apart from its pictures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from whorl.errors import WhorlError

FAMILIES = ("vit", "resnet")


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

    Raises:
        WhorlError: a value that makes no sense.
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

    def __post_init__(self) -> None:
        if (self.epochs is None) == (self.minutes is None):
            raise WhorlError("give epochs or minutes, and not both: they say how long to train.")
        if self.family not in FAMILIES:
            raise WhorlError(f"family must be one of {', '.join(FAMILIES)}; got {self.family!r}.")
        for name in ("width", "depth", "patch", "size", "epochs", "minutes", "batch_size", "learning_rate"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise WhorlError(f"{name} must be above 0; got {value!r}.")
        for name in ("warmup", "smoothing", "mix", "jitter", "average", "tokens"):
            if not 0 <= getattr(self, name) <= 1:
                raise WhorlError(f"{name} must lie between 0 and 1; got {getattr(self, name)!r}.")
        if not 0 <= self.shift < self.size:
            raise WhorlError(f"shift must lie between 0 and {self.size - 1} pixels; got {self.shift!r}.")
        self._check_shape()

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
        """Return the settings as JSON values."""
        return asdict(self)
