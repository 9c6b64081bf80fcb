"""A first guess of a picture's coordinates: linear in its pixels, learned from the generator's own pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.latent.stages import stage_seed

if TYPE_CHECKING:
    from whorl.latent.basis import LatentBasis
    from whorl.latent.contract import LatentGenerator

PICTURES = 4_000
_ROWS = 128
_HELD_OUT = 5
_PENALTIES = np.logspace(-4, 2, 13)


@dataclass(frozen=True, eq=False)
class LinearStart:
    """Coordinates as a linear function of pixels.

    Attributes:
        mean: float32 (P,), of the pixels that it was learned from, from 0 to 1.
        weights: float32 (P, n + k).
        offset: float32 (n + k,).
        explained: share of the coordinates' variance that it explains in pictures held out.
        pictures: how many were drawn for it.
    """

    mean: NDArray[np.float32]
    weights: NDArray[np.float32]
    offset: NDArray[np.float32]
    explained: float
    pictures: int

    def coordinates(self, pictures: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the guess (B, n + k) for pictures as rows (B, P), from 0 to 1."""
        return ((pictures.astype(np.float32) - self.mean) @ self.weights + self.offset).astype(np.float32)


def fit_start(
    generator: LatentGenerator, basis: LatentBasis, *, pictures: int = PICTURES, seed: int = 0
) -> LinearStart:
    """Draw pictures without a key, and learn their coordinates from them by ridge regression.

    Args:
        generator: draws; so many passes.
        basis: whose coordinates.
        pictures: how many.
        seed: fixes the latents, a stage of their own (`stage_seed`).
    """
    latents = generator.sample_latents(pictures, seed=stage_seed(seed, "warm start"))
    with torch.inference_mode():
        rows = [
            generator.synthesize(some.to(generator.device)).clamp(0, 1).flatten(1).cpu().numpy()
            for some in torch.split(torch.from_numpy(latents), _ROWS)
        ]
    return _fitted(np.concatenate(rows), basis.coordinates(latents).astype(np.float32))


def _fitted(pixels: NDArray[np.float32], wanted: NDArray[np.float32]) -> LinearStart:
    """Return the ridge regression whose penalty foretells a fifth of the pictures best."""
    judged = np.arange(len(pixels)) % _HELD_OUT == 0
    mean, offset = pixels[~judged].mean(axis=0), wanted[~judged].mean(axis=0)
    x, y = pixels[~judged] - mean, wanted[~judged] - offset
    values, vectors = np.linalg.eigh((x.T @ x).astype(np.float64))
    seen, asked = vectors.T @ (x.T @ y), (pixels[judged] - mean) @ vectors
    spread = ((wanted[judged] - offset) ** 2).sum()
    best, explained = None, -np.inf
    for penalty in _PENALTIES * max(values.mean(), np.finfo(np.float64).tiny):
        weights = seen / (np.maximum(values, 0) + penalty)[:, None]
        share = 1 - ((asked @ weights + offset - wanted[judged]) ** 2).sum() / spread
        if share > explained:
            best, explained = vectors @ weights, float(share)
    assert best is not None  # noqa: S101 - the first penalty is better than none
    return LinearStart(mean, best.astype(np.float32), offset, explained, len(pixels))
