"""All that decides what a segmenter becomes, apart from its pictures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from whorl.errors import WhorlError
from whorl.lab.training.recipe import Recipe

SCALES = (0.5, 1.0, 2.0)


@dataclass(frozen=True, kw_only=True)
class SegmenterRecipe:
    """How a segmenter is built and trained; equal recipes and equal pictures give equal segmenters.

    The defaults are those of arXiv 2407.21159, Appendix A, but for two: weights begin at random, not at
    ImageNet's, and what a random crop brings in at the border is the picture mirrored, not black.

    Attributes:
        width: channels of the first of four stages, doubled from each to the next; 64 in a ResNet-18.
        blocks: in each stage; 2 in a ResNet-18.
        scale: what stands between the first convolution and the stages: 2 enlarges twofold (bilinear) where a
            ResNet-18 has its max pool, as the implementation that the paper builds on; 1 is nothing, four times
            faster; 0.5 is the max pool, sixteen times faster, and its maps are coarse.
        size: side of the pictures, in pixels.
        epochs: passes over the pictures.
        batch_size: pictures per step.
        learning_rate: at the first step.
        least_learning_rate: at the last, along a cosine over the steps.
        momentum: of SGD.
        weight_decay: of SGD, on all weights.
        shift: largest shift of a crop, in pixels.
        sharpness: r of the pooling, see `whorl.lab.segmenter.model.pooled`.
        seed: fixes weights, order and augmentation.

    Raises:
        WhorlError: a value that makes no sense.
    """

    width: int = 64
    blocks: int = 2
    scale: float = 2.0
    size: int = 32
    epochs: int = 30
    batch_size: int = 128
    learning_rate: float = 0.05
    least_learning_rate: float = 0.001
    momentum: float = 0.9
    weight_decay: float = 1e-4
    shift: int = 4
    sharpness: float = 5.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("width", "blocks", "epochs", "batch_size", "learning_rate", "sharpness"):
            if not getattr(self, name) > 0:
                raise WhorlError(f"{name} must be above 0; got {getattr(self, name)!r}.")
        if self.scale not in SCALES:
            raise WhorlError(f"scale must be one of {', '.join(map(str, SCALES))}; got {self.scale!r}.")
        if self.size < 8:
            raise WhorlError(f"size must be at least 8 pixels; got {self.size!r}.")
        if not 0 <= self.least_learning_rate <= self.learning_rate:
            raise WhorlError(
                f"least_learning_rate must lie between 0 and {self.learning_rate}; got "
                f"{self.least_learning_rate!r}."
            )
        if not 0 <= self.momentum < 1 or not self.weight_decay >= 0:
            raise WhorlError("momentum must lie between 0 and 1, and weight_decay be at least 0.")
        self.crops_and_flips()

    def crops_and_flips(self) -> Recipe:
        """Return the augmentation in the words of the lab's own batches: shifted and flipped, nothing else."""
        return Recipe(
            family="resnet",
            size=self.size,
            epochs=self.epochs,
            batch_size=self.batch_size,
            shift=self.shift,
            mix=0.0,
            jitter=0.0,
            seed=self.seed,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)
