"""Reading by Levenberg and Marquardt's method, from a guess that is linear in the pixels.

Sources: Levenberg (1944) and Marquardt (1963) for damped Gauss-Newton steps; Broyden (Math. Comp. 19, 1965) for
the update of the Jacobian between steps. The method of arXiv 2304.09752 takes 40,000 passes of the generator and
knows no second derivative; see `whorl.latent.reading.published`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.jacobian import with_jacobian
from whorl.latent.reading.reading import Reading
from whorl.latent.reading.seen import QUANTISATION, WHITE, Through, seen_row
from whorl.latent.reading.spread import open_covariance


@dataclass(frozen=True)
class NewtonReader:
    """How hard to try.

    Attributes:
        starts: the guess, and so many less one drawn from the latents; the one of least loss counts.
        steps: at most so many steps for each start.
        enough: a residual in grey levels at which a start ends, and no other is tried: what 8 bits round away is
            0.29.
        slow: a start ends where three steps made the residual less than this factor smaller.
        hopeless: no other start is tried where one has left more grey levels than this: the generator did not draw
            the picture, or it was changed, and another start would leave as much.
        through: what is known to have been done to the picture; None for nothing.
        seed: fixes the drawn starts.
    """

    starts: int = 3
    steps: int = 30
    enough: float = 0.32
    slow: float = 1.02
    hopeless: float = 6.0
    through: Through | None = None
    seed: int = 0

    def read(self, generator: LatentGenerator, basis: LatentBasis, picture: NDArray[np.uint8]) -> Reading:
        """Return what is read in one picture, uint8 (H, W, 3).

        Raises:
            ScoreError: a picture of another size.
            StorageError: another generator than the basis was made for.
        """
        basis.expect(generator)
        search = _Search(generator, basis, picture, self)
        found: list[_Point] = []
        for begin in self._begins(basis, search.row):
            found.append(search.descend(begin))
            if found[-1].grey <= self.enough or min(each.grey for each in found) > self.hopeless:
                break
        return search.reading(min(found, key=lambda each: each.grey), len(found))

    def _begins(self, basis: LatentBasis, row: torch.Tensor) -> Iterator[NDArray[np.float64]]:
        means, deviations = basis.expected
        rng = np.random.default_rng(self.seed)
        left = self.starts
        if basis.start is not None and self.through is None:
            guess = basis.start.coordinates(row.cpu().numpy()[None])[0].astype(np.float64)
            if basis.coding != "lattice":  # whatever was there has been replaced
                guess[: basis.bits] = means[: basis.bits]
            yield guess
            left -= 1
        else:
            yield means
            left -= 1
        for _ in range(left):
            yield rng.normal(means, deviations)


@dataclass(frozen=True, eq=False)
class _Point:
    """Where a descent is.

    Attributes:
        at: coordinates, float64 (n + k,).
        rest: what is found less the picture, float64 (P,).
        loss: sum of squares, with what is expected of coordinates.
        grey: root mean square of `rest` in grey levels.
    """

    at: torch.Tensor
    rest: torch.Tensor
    loss: float
    grey: float


class _Search:
    """The least squares of one picture."""

    def __init__(
        self, generator: LatentGenerator, basis: LatentBasis, picture: NDArray[np.uint8], reader: NewtonReader
    ) -> None:
        device = generator.device
        self.row = seen_row(generator, picture, reader.through)
        self._seen = self.row.double()
        self._through = reader.through or (lambda pictures: pictures)
        self._generator, self._basis, self._reader = generator, basis, reader
        self._mean = torch.from_numpy(basis.mean).float().to(device)
        self._whole = torch.from_numpy(basis.whole).float().to(device)
        means, deviations = basis.expected
        self._means = torch.from_numpy(means).to(device)
        self._weights = torch.from_numpy(deviations).to(device) ** -2
        self.passes = 0

    def _pictures(self, coordinates: torch.Tensor) -> torch.Tensor:
        return self._generator.synthesize(self._mean + coordinates @ self._whole)

    def _shown(self, coordinates: torch.Tensor) -> torch.Tensor:
        """Return what a camera would see, rows (B, P): within black and white."""
        return self._through(self._pictures(coordinates).clamp(0, 1)).flatten(1)

    def _point(self, at: torch.Tensor, noise: float) -> _Point:
        self.passes += 1
        with torch.no_grad():
            rest = self._shown(at[None].float())[0].double() - self._seen
        unlikely = float((self._weights * (at - self._means) ** 2).sum())
        power = float(rest @ rest)
        return _Point(at, rest, power + noise * unlikely, WHITE * (power / len(rest)) ** 0.5)

    def _slopes(self, at: torch.Tensor) -> torch.Tensor:
        self.passes += 1 + len(at)
        with torch.no_grad():
            return with_jacobian(self._shown, at.float())[1].double()

    def descend(self, begin: NDArray[np.float64]) -> _Point:
        """Return where damped Gauss-Newton steps lead."""
        here = self._point(torch.from_numpy(begin).to(self._seen.device), 0.0)
        slopes, fresh, damping = self._slopes(here.at), True, 1e-2
        history = [here.grey]
        for _ in range(self._reader.steps):
            # What is left over is taken for noise: far from the picture, likely coordinates count for more.
            noise = float(here.rest @ here.rest) / len(here.rest) + QUANTISATION**2
            here = self._weighed(here, noise)
            found, damping = self._step(here, slopes, noise, damping)
            if found is None:
                if fresh:
                    break
                slopes, fresh = self._slopes(here.at), True
                continue
            foreseen = self._foreseen(here, slopes, found.at)
            moved, gain = found.at - here.at, (here.loss - found.loss) / max(foreseen, 1e-300)
            bent = (found.rest - here.rest) - slopes @ moved
            here = found
            history.append(here.grey)
            if here.grey <= self._reader.enough:
                break
            if len(history) > 3 and history[-4] < self._reader.slow * history[-1]:
                if fresh:
                    break
                gain = 0.0
            if gain > 0.5:  # nearly linear: Broyden's update will do
                slopes, fresh = slopes + torch.outer(bent, moved) / (moved @ moved), False
            else:
                slopes, fresh = self._slopes(here.at), True
        return here

    def _weighed(self, here: _Point, noise: float) -> _Point:
        unlikely = float((self._weights * (here.at - self._means) ** 2).sum())
        return _Point(here.at, here.rest, float(here.rest @ here.rest) + noise * unlikely, here.grey)

    def _step(
        self, here: _Point, slopes: torch.Tensor, noise: float, damping: float
    ) -> tuple[_Point | None, float]:
        """Return the first damped step that goes down, and the damping for the next; None where none does."""
        square = slopes.T @ slopes + torch.diag(noise * self._weights)
        down = -(slopes.T @ here.rest + noise * self._weights * (here.at - self._means))
        for _ in range(6):
            step = torch.linalg.solve(square + damping * torch.diag(square.diagonal()), down)
            found = self._point(here.at + step, noise)
            if found.loss < here.loss:
                return found, max(damping / 5, 1e-8)
            damping *= 6
        return None, 1e-2

    def _foreseen(self, here: _Point, slopes: torch.Tensor, at: torch.Tensor) -> float:
        rest = here.rest + slopes @ (at - here.at)
        return float(here.rest @ here.rest - rest @ rest)

    def reading(self, best: _Point, starts: int) -> Reading:
        """Return what is read at a point, after a last step in which the key is expected to be nothing at all."""
        basis, n = self._basis, self._basis.bits
        slopes = self._slopes(best.at)
        noise = max(float(best.rest @ best.rest) / len(best.rest), QUANTISATION**2)
        weights = self._weights.clone()
        weights[:n] = 0
        inverse = open_covariance(slopes, noise, weights, n)
        # The residual has lost what the coordinates took of the noise: as many numbers as they are free in.
        free = float(((slopes @ inverse) * slopes).sum()) / noise
        noise = max(float(best.rest @ best.rest) / max(len(best.rest) - free, 1.0), QUANTISATION**2)
        inverse = open_covariance(slopes, noise, weights, n)
        step = inverse @ (slopes.T @ best.rest / noise + weights * (best.at - self._means))
        at = (best.at - step).cpu().numpy()
        folded = basis.coding == "lattice"
        spread = inverse.diagonal()[:n].clamp(min=0).sqrt().cpu().numpy()
        return Reading(
            basis.bits_of(at[:n]), at, spread / basis.strength, best.grey, self.passes, starts, folded
        )
