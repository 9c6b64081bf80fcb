"""Reading by Levenberg and Marquardt's method, from a guess that is linear in the pixels.

The method of arXiv 2304.09752 takes 40,000 passes of the generator and knows no second derivative; see
`whorl.latent.reading.published`. The steps themselves are in `whorl.latent.reading.descent`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.reading.descent import Descent
from whorl.latent.reading.reading import Reading
from whorl.latent.reading.search import Search
from whorl.latent.reading.seen import QUANTISATION, Through
from whorl.latent.reading.spread import open_covariance

BUDGET = 4_000
"""Passes of the generator for one picture: a tenth of what the published reader takes."""
_WORTH = 3
"""So many Jacobians a start must be able to take; with fewer it is better not to begin it."""


@dataclass(frozen=True)
class NewtonReader:
    """How hard to try.

    Attributes:
        starts: the guess, and so many less one drawn from the latents; the one of least residual counts.
        steps: at most so many steps for each start.
        enough: a residual in grey levels at which a start ends, and no other is tried: what 8 bits round away is
            0.29.
        slow: a start ends where three steps made the residual less than this factor smaller.
        hopeless: no other start is tried where each has come to its end with more grey levels than this: the
            generator did not draw the picture, or it was changed, and another start would leave as much.
        budget: at most so many passes of the generator, directional derivatives counted as passes. A latent of D
            numbers takes D + 3 or more. A start is given half of what those before it have left, and more while
            three steps make the residual a fifth smaller; no other is begun with less than three Jacobians'
            worth. What remains goes to those that were cut short, the one of least residual first.
        through: what is known to have been done to the picture; None for nothing.
        seed: fixes the drawn starts.

    Raises:
        ScoreError: no start, or no step.
    """

    starts: int = 3
    steps: int = 30
    enough: float = 0.32
    slow: float = 1.02
    hopeless: float = 6.0
    budget: int = BUDGET
    through: Through | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.starts, self.steps) < 1:
            raise ScoreError(
                f"a search takes 1 start and 1 step or more; got {self.starts} and {self.steps}."
            )

    def read(self, generator: LatentGenerator, basis: LatentBasis, picture: NDArray[np.uint8]) -> Reading:
        """Return what is read in one picture, uint8 (H, W, 3).

        Raises:
            ScoreError: a picture of another size, or a budget too small for a single step.
            StorageError: another generator than the basis was made for.
        """
        basis.expect(generator)
        search = Search(generator, basis, picture, self.through)
        least = search.slopes_cost + 2
        if self.budget < least:
            raise ScoreError(
                f"one step towards the latent of a picture takes {least:,} passes of {generator.name}; got a "
                f"budget of {self.budget:,}. Read with NewtonReader(budget={4 * least}) or more."
            )
        # What the last step takes is set aside, where that leaves enough for one before.
        ahead = search.slopes_cost if self.budget >= least + search.slopes_cost else 0
        found = self._descents(search, basis, self.budget - ahead)
        best = min(found, key=_grey)
        return _last_step(search, basis, best, best.slopes_here(self.budget), len(found))

    def _descents(self, search: Search, basis: LatentBasis, spendable: int) -> list[Descent]:
        """Return where the starts have led for so many passes."""
        found: list[Descent] = []
        for begin in self._begins(search, basis):
            if found and spendable - search.passes < _WORTH * search.slopes_cost:
                break
            found.append(Descent(search, begin, steps=self.steps, enough=self.enough, slow=self.slow))
            self._share(found[-1], search, spendable)
            if found[-1].here.grey <= self.enough or self._all_hopeless(found):
                return found
        for each in sorted(found, key=_grey):
            each.go_on(spendable)
            if each.here.grey <= self.enough:
                break
        return found

    def _share(self, descent: Descent, search: Search, spendable: int) -> None:
        """Let a start have half of what is left, and more as long as that brings it on."""
        until = search.passes + (spendable - search.passes) // 2
        descent.go_on(until)
        while until < spendable and not descent.ended and not descent.creeps:
            until = min(until + search.slopes_cost, spendable)
            descent.go_on(until)

    def _all_hopeless(self, found: list[Descent]) -> bool:
        return all(each.ended and each.here.grey > self.hopeless for each in found)

    def _begins(self, search: Search, basis: LatentBasis) -> Iterator[NDArray[np.float64]]:
        means, deviations = basis.expected
        rng = np.random.default_rng(self.seed)
        if basis.start is not None and self.through is None:
            guess = basis.start.coordinates(search.row.cpu().numpy()[None])[0].astype(np.float64)
            if basis.coding != "lattice":  # whatever was there has been replaced
                guess[: basis.bits] = means[: basis.bits]
            yield guess
        else:
            yield means
        for _ in range(self.starts - 1):
            yield rng.normal(means, deviations)


def _grey(descent: Descent) -> float:
    return descent.here.grey


def _last_step(
    search: Search, basis: LatentBasis, best: Descent, slopes: torch.Tensor, starts: int
) -> Reading:
    """Return what is read at the best place, after a step in which the key is expected to be nothing at all."""
    n, here = basis.bits, best.here
    power = float(here.rest @ here.rest)
    noise = max(power / len(here.rest), QUANTISATION**2)
    weights = search.weights.clone()
    weights[:n] = 0
    inverse = open_covariance(slopes, noise, weights, n)
    # The residual has lost what the coordinates took of the noise: as many numbers as they are free in.
    free = float(((slopes @ inverse) * slopes).sum()) / noise
    noise = max(power / max(len(here.rest) - free, 1.0), QUANTISATION**2)
    inverse = open_covariance(slopes, noise, weights, n)
    step = inverse @ (slopes.T @ here.rest / noise + weights * (here.at - search.means))
    at = (here.at - step).cpu().numpy()
    spread = inverse.diagonal()[:n].clamp(min=0).sqrt().cpu().numpy()
    return Reading(
        basis.bits_of(at[:n]),
        at,
        spread / basis.strength,
        here.grey,
        search.passes,
        starts,
        basis.coding == "lattice",
    )
