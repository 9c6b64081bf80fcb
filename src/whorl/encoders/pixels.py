"""The picture itself as an embedding: the encoder to compare others with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whorl.encoders.square import SquareEncoder

if TYPE_CHECKING:
    import torch

LAYER = "pixels"


class PixelEncoder(SquareEncoder):
    """Raw pixels, resized to size x size (bilinear) where they are not, as float32 in [0, 1]: D = 3 size^2.

    A picture of the right size is not touched. `load_encoder("pixels")` has size 32, and
    `load_encoder("pixels:64")` size 64. Arguments and errors are those of `SquareEncoder`.

    >>> import numpy as np
    >>> encoder = PixelEncoder(2)
    >>> encoder.encode(encoder.preprocess(np.full((2, 2, 3), 255, np.uint8))[None])
    {'pixels': tensor([[1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.]])}
    """

    family = LAYER

    def _rows(self, batch: torch.Tensor) -> torch.Tensor:
        import torch

        return batch.flatten(1).to(device="cpu", dtype=torch.float32, copy=True)
