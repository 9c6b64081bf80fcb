"""Pictures with a key in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator

_ROWS = 64


@dataclass(frozen=True, eq=False)
class Marked:
    """What was drawn, with and without a key, of the same latents.

    Attributes:
        pictures: uint8 (N, H, W, 3), with the key.
        plain: uint8 (N, H, W, 3), of the latents as they were drawn.
        latents: float32 (N, D), with the key.
    """

    pictures: NDArray[np.uint8]
    plain: NDArray[np.uint8]
    latents: NDArray[np.float32]

    @property
    def change(self) -> NDArray[np.float64]:
        """Root mean square difference that the key makes, in grey levels of 255, float64 (N,)."""
        apart = self.pictures.astype(np.float64) - self.plain
        found: NDArray[np.float64] = np.sqrt((apart**2).mean(axis=(1, 2, 3)))
        return found


def mark(
    generator: LatentGenerator,
    basis: LatentBasis,
    key: NDArray[np.integer],
    count: int,
    *,
    seed: int = 0,
    start: int = 0,
) -> Marked:
    """Draw pictures that carry a key.

    Args:
        generator: draws.
        basis: says where the key goes.
        key: (n,) for all, or (count, n), of 0 and 1.
        count: how many pictures.
        seed: fixes the latents.
        start: number of the first picture of the seed.

    Raises:
        ScoreError: a key of another length.
        StorageError: another generator than the basis was made for.
    """
    basis.expect(generator)
    latents = generator.sample_latents(count, seed=seed, start=start)
    marked = basis.marked(latents, key)
    return Marked(drawn(generator, marked), drawn(generator, latents), marked)


def drawn(generator: LatentGenerator, latents: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the pictures of latents (N, D), uint8 (N, H, W, 3)."""
    height, width = generator.image_size
    found = np.empty((len(latents), height, width, 3), dtype=np.uint8)
    with torch.inference_mode():
        for first in range(0, len(latents), _ROWS):
            some = torch.from_numpy(latents[first : first + _ROWS]).to(generator.device)
            unit = generator.synthesize(some).clamp(0, 1).permute(0, 2, 3, 1)
            found[first : first + _ROWS] = (unit * 255).round().to(torch.uint8).cpu().numpy()
    return found
