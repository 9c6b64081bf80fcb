"""Reading as published: gradient descent on a perceptual distance from many starts, the key guessed along.

Source: Nie, Kim, Yang and Ren, Attributing Image Generative Models using Latent Fingerprints, arXiv 2304.09752,
and its authors' code: 20 starts of a Latin hypercube in the box of one standard deviation, key logits from 0,
Adam with 2,000 steps at a rate of 0.2 exp(-0.001 t), a penalty of 0.1 beyond three standard deviations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import qmc

from whorl.errors import ScoreError
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.perceptual import PerceptualFeatures
from whorl.latent.reading.reading import Reading
from whorl.latent.reading.seen import Through, seen_row

_RATE, _FALLING = 0.2, 0.001
_PENALTY, _BOX = 0.1, 3.0


@dataclass(frozen=True)
class PublishedReader:
    """The published inversion; the baseline.

    Attributes:
        features: whose distance is minimised; None for pixels alone.
        starts: how many at once; the one of least loss counts.
        steps: of Adam, for each.
        seed: fixes the starts.
        through: see `NewtonReader`.

    Raises:
        ScoreError: no start, or no step.
    """

    features: PerceptualFeatures | None = None
    starts: int = 20
    steps: int = 2_000
    seed: int = 0
    through: Through | None = None

    def __post_init__(self) -> None:
        if min(self.starts, self.steps) < 1:
            raise ScoreError(
                f"a search takes 1 start and 1 step or more; got {self.starts} and {self.steps}."
            )

    def read(self, generator: LatentGenerator, basis: LatentBasis, picture: NDArray[np.uint8]) -> Reading:
        """Return what is read in one picture, uint8 (H, W, 3); a run for a start and step counts as one pass.

        Raises:
            ScoreError: a picture of another size, or a basis of the coding "lattice", which knows no guess of a
            key. StorageError: another generator than the basis was made for.
        """
        if basis.coding == "lattice":
            raise ScoreError("the published reader guesses bits; in a lattice read with NewtonReader.")
        basis.expect(generator)
        device, n = generator.device, basis.bits
        shown = seen_row(generator, picture, self.through)
        size = (
            picture.shape[0],
            picture.shape[1],
        )  # of what `through` leaves, which may be another than drawn
        wanted = self._rows(shown[None], size)
        mean, whole = (torch.from_numpy(each).float().to(device) for each in (basis.mean, basis.whole))
        deviations = torch.from_numpy(basis.content_deviations).float().to(device)
        drawn = qmc.LatinHypercube(len(deviations), seed=self.seed).random(self.starts)
        content = (torch.from_numpy(2 * drawn - 1).float().to(device) * deviations).requires_grad_()
        logits = torch.zeros(self.starts, n, device=device, requires_grad=True)
        zero = 0.0 if basis.coding == "published" else -basis.strength / 2

        def losses() -> torch.Tensor:
            keys = zero + basis.strength * torch.sigmoid(logits)
            pictures = generator.synthesize(mean + torch.cat([keys, content], dim=1) @ whole)
            seen = pictures if self.through is None else self.through(pictures)
            apart = (self._rows(seen.flatten(1), size) - wanted).square().sum(dim=1)
            beyond = (content.abs() / deviations - _BOX).clamp(min=0).square().sum(dim=1)
            return apart + _PENALTY * beyond

        optimiser = torch.optim.Adam([content, logits], lr=_RATE)
        for step in range(self.steps):
            for group in optimiser.param_groups:
                group["lr"] = _RATE * math.exp(-_FALLING * step)
            optimiser.zero_grad(set_to_none=True)
            losses().sum().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        with torch.no_grad():
            found = losses()
            best = int(found.argmin())
            keys = torch.sigmoid(logits[best]).double().cpu().numpy()
            at = np.concatenate([zero + basis.strength * keys, content[best].double().cpu().numpy()])
            latent = torch.from_numpy(basis.latents(at[None])).to(device)
            again = generator.synthesize(latent).clamp(0, 1)
            again = again if self.through is None else self.through(again)
            residual = 255 * float((again.flatten() - shown).square().mean().sqrt())
        passes = self.starts * (self.steps + 1) + 1
        return Reading(keys, at, np.full(n, np.nan), residual, passes, self.starts)

    def _rows(self, rows: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        if self.features is None:
            return rows
        return self.features.rows(rows.reshape(-1, 3, *size).clamp(0, 1))
