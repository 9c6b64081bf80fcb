"""A picture as a reader takes it: checked, and as numbers from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.images.contract import ImageSource
from whorl.latent.contract import LatentGenerator

WHITE = 255
QUANTISATION = 1 / (WHITE * 12**0.5)
"""Standard deviation of what 8 bits round away, from 0 to 1."""

Through: TypeAlias = Callable[[torch.Tensor], torch.Tensor]
"""What is known to have been done to a picture since it was drawn, of pictures (B, 3, H, W), differentiable."""


def seen_row(generator: LatentGenerator, picture: NDArray[np.uint8], through: Through | None) -> torch.Tensor:
    """Return a picture as a row (P,) from 0 to 1, its channels first, on the generator's device.

    Args:
        generator: that may have drawn it.
        picture: uint8 (H, W, 3), as it was found.
        through: what was done to it; what it gives of one of the generator's pictures must have the picture's
            size.

    Raises:
        ScoreError: another size or kind of numbers.
    """
    height, width = _size(generator, through)
    if picture.shape != (height, width, 3) or picture.dtype != np.uint8:
        raise ScoreError(
            f"expected a picture of {height} x {width}, uint8 with three colours, as {generator.name} draws them; "
            f"got {picture.dtype} {picture.shape}. Read a picture that was resized or cropped through the same "
            "change."
        )
    unit = torch.from_numpy(picture.astype(np.float32) / WHITE).permute(2, 0, 1)
    return unit.flatten().to(generator.device)


def check_sizes(generator: LatentGenerator, pictures: ImageSource, through: Through | None = None) -> None:
    """Refuse pictures of another size before the first is read, which takes longer than looking at all.

    Raises:
        ImageError: a picture cannot be decoded.
        ScoreError: a picture of another size; its name is in the message.
    """
    height, width = _size(generator, through)
    for place, name in enumerate(pictures.ids):
        found = pictures[place].shape[:2]
        if found != (height, width):
            raise ScoreError(
                f"{name} is a picture of {found[0]} x {found[1]}, where {generator.name} draws {height} x {width}"
                ". A picture that was resized or cropped is not read; leave it out."
            )


def _size(generator: LatentGenerator, through: Through | None) -> tuple[int, int]:
    height, width = generator.image_size
    if through is not None:
        blank = torch.zeros(1, 3, height, width, device=generator.device)
        height, width = through(blank).shape[-2:]
    return height, width
