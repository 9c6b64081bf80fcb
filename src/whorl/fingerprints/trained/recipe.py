"""How a picture classifier is built and trained."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from whorl.errors import WhorlError

Family = Literal["cnn", "resnet", "vit"]
FAMILIES = ("cnn", "resnet", "vit")
HEAD_WIDTH = 64
_CNN_HALVINGS = 8
_COUNTS = ("epochs", "batch_size", "size")
_SHAPE = ("depth", "width", "patch")


@dataclass(frozen=True)
class TrainingRecipe:
    """All that decides what a classifier becomes, apart from its pictures and the seed.

    The optimiser is Adam at one learning rate throughout; the loss is plain cross-entropy. There is no
    augmentation, no weight decay and no early stop.

    Attributes:
        family: "cnn" (three convolutions, two dense layers), "resnet" or "vit".
        epochs: passes over the pictures.
        learning_rate: of Adam.
        batch_size: pictures per step.
        size: pictures are resized to `size` x `size` (bilinear, as Pillow does it).
        weights: folder or hub name of a pretrained transformers model, which gets a new last layer and is
            trained whole; None trains from scratch. A "cnn" is always from scratch.
        depth: from scratch alone: blocks in each of three stages (ResNet, default 3) or in all (ViT, default
            12).
        width: from scratch alone: of the last of three stages (ResNet, default 64, a multiple of 4) or of the
            hidden states (ViT, default 192, a multiple of 64).
        patch: ViT from scratch alone: side of a patch in pixels; the default is 16 from size 64 on, 4 below.

    Raises:
        WhorlError: an unknown family, or a value that makes no sense.

    >>> TrainingRecipe("cnn", epochs=50, learning_rate=1e-3).batch_size
    32
    """

    family: Family
    epochs: int
    learning_rate: float
    batch_size: int = 32
    size: int = 32
    weights: str | None = None
    depth: int | None = None
    width: int | None = None
    patch: int | None = None

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise WhorlError(f"family must be one of {', '.join(FAMILIES)}; got {self.family!r}.")
        for name in _COUNTS:
            _check_count(name, getattr(self, name))
        rate = self.learning_rate
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < math.inf:
            raise WhorlError(f"learning_rate must be a number above 0; got {rate!r}.")
        if self.weights is not None and (not isinstance(self.weights, str) or not self.weights):
            raise WhorlError(f"weights must be a folder or hub name as text, or None; got {self.weights!r}.")
        _check_network(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)


def _check_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise WhorlError(f"{name} must be a whole number from 1 on; got {value!r}.")


def _check_network(recipe: TrainingRecipe) -> None:
    given = [name for name in _SHAPE if getattr(recipe, name) is not None]
    for name in given:
        _check_count(name, getattr(recipe, name))
    if given and (recipe.family == "cnn" or recipe.weights is not None):
        why = "a cnn has one shape" if recipe.family == "cnn" else "the weights say what the network is"
        raise WhorlError(f"leave out {', '.join(given)}: {why}.")
    check = {"cnn": _check_cnn, "resnet": _check_resnet, "vit": _check_vit}[recipe.family]
    check(recipe)


def _check_cnn(recipe: TrainingRecipe) -> None:
    if recipe.weights is not None:
        raise WhorlError(f"a cnn is trained from scratch; leave out weights={recipe.weights!r}.")
    if recipe.size < _CNN_HALVINGS:
        raise WhorlError(
            f"a cnn halves its pictures three times: size must be at least 8; got {recipe.size}."
        )


def _check_resnet(recipe: TrainingRecipe) -> None:
    if recipe.batch_size == 1:
        raise WhorlError("a resnet normalises over the pictures of a batch: batch_size must be at least 2.")
    if recipe.patch is not None:
        raise WhorlError(f"a resnet has no patches; leave out patch={recipe.patch}.")
    if recipe.width is not None and recipe.width % 4:
        raise WhorlError(f"the width of a resnet must be a multiple of 4; got {recipe.width}.")


def _check_vit(recipe: TrainingRecipe) -> None:
    if recipe.width is not None and recipe.width % HEAD_WIDTH:
        raise WhorlError(
            f"the width of a vit must be a multiple of {HEAD_WIDTH}, one head each; got {recipe.width}."
        )
    if recipe.weights is None and recipe.size % patch_of(recipe):
        raise WhorlError(
            f"patches of {patch_of(recipe)} do not fill {recipe.size} x {recipe.size} pictures; "
            "change size or patch."
        )


def patch_of(recipe: TrainingRecipe) -> int:
    """Return the side of the patches of a ViT from scratch, in pixels."""
    if recipe.patch is not None:
        return recipe.patch
    return 16 if recipe.size >= 64 else 4
