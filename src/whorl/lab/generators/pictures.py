"""The pictures a generator learns from, and the batch of any step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Progress
from whorl.errors import ImageError
from whorl.files import bytes_of, digest_bytes
from whorl.images import open_images
from whorl.images.labels import Label, LabelledSource, labels_of
from whorl.lab.generators.contract import Batch
from whorl.lab.generators.recipe import GeneratorRecipe
from whorl.lab.generators.seeds import step_noise
from whorl.lab.training.augment import plain
from whorl.lab.training.noise import uniforms
from whorl.lab.training.order import Order
from whorl.lab.training.pictures import decoded

if TYPE_CHECKING:
    import torch

_FLIPS = 3


@dataclass(frozen=True, eq=False)
class TrainingPictures:
    """Pictures of one size, with classes where their source knows any.

    Attributes:
        pixels: uint8 (N, S, S, 3).
        labels: int64 (N,), positions in `classes`; all 0 without labels.
        classes: as the source names them; empty without labels.
        name: the source's.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[Label, ...]
    name: str

    def __len__(self) -> int:
        return len(self.pixels)

    def describe(self) -> dict[str, Any]:
        """Return name, number, classes and digest, as JSON values."""
        return {
            "name": self.name,
            "count": len(self),
            "classes": list(self.classes),
            "digest": digest_bytes(bytes_of(self.pixels), bytes_of(self.labels)),
        }


def read_pictures(data: Any, size: int, progress: Progress) -> TrainingPictures:
    """Decode all pictures, resized to size x size (bilinear).

    Args:
        data: anything `whorl.open_images` takes; `TrainingPictures` of this size are returned as they are.
        size: side in pixels.
        progress: told about each picture.

    Raises:
        ImageError: there are none, or one is broken.
    """
    if isinstance(data, TrainingPictures) and data.pixels.shape[1:3] == (size, size):
        return data
    source = open_images(data)
    if len(source) == 0:
        raise ImageError(f"{source.name} holds no pictures; a generator needs some to learn from.")
    found: tuple[Label, ...] = ()
    if isinstance(source, LabelledSource) and source.labels() is not None:
        found = labels_of(source)
    classes = tuple(sorted(set(found), key=lambda label: (isinstance(label, str), label)))
    numbers = {label: number for number, label in enumerate(classes)}
    labels = np.array([numbers[label] for label in found] or [0] * len(source), dtype=np.int64)
    return TrainingPictures(decoded(source, size, progress), labels, classes, source.name)


class Batches:
    """The batch of any step, a function of the recipe and the step.

    Args:
        pictures: what is learned from.
        recipe: batch size, flips, seed.
        device: where the batch goes.
    """

    def __init__(self, pictures: TrainingPictures, recipe: GeneratorRecipe, device: torch.device) -> None:
        self.order = Order(len(pictures), min(recipe.batch_size, len(pictures)), recipe.seed)
        self._pictures, self._recipe, self._device = pictures, recipe, device

    def at(self, step: int) -> Batch:
        """Return the batch of step `step`, from 0 on."""
        import torch

        indices = self.order.indices(step)
        pixels = self._pictures.pixels[indices]
        if self._recipe.flips:
            drawn = uniforms(self._recipe.seed, self.order.epoch_of(step), indices, 1, stream=_FLIPS)
            mirrored = drawn[:, 0] < 0.5
            pixels = np.where(mirrored[:, None, None, None], pixels[:, :, ::-1], pixels)
        return Batch(
            pictures=plain(pixels).to(self._device),
            labels=torch.from_numpy(self._pictures.labels[indices]).to(self._device),
            noise=step_noise(self._recipe.seed, step),
        )
