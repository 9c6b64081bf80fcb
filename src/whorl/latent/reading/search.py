"""The least squares of one picture: where a search stands, how the picture changes there, and what it has cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.jacobian import with_jacobian
from whorl.latent.reading.seen import QUANTISATION, WHITE, Through, seen_row


@dataclass(frozen=True, eq=False)
class Place:
    """Where a search stands.

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

    @property
    def noise(self) -> float:
        """Mean square of what is left over, and of what 8 bits round away: taken for the variance of noise."""
        return float(self.rest @ self.rest) / len(self.rest) + QUANTISATION**2


class Search:
    """A picture, the generator that may have drawn it, and the passes that were spent on it.

    Args:
        generator: that the basis was made for.
        basis: whose coordinates are looked for.
        picture: uint8 (H, W, 3).
        through: what is known to have been done to it.

    Attributes:
        row: the picture from 0 to 1, (P,).
        means, weights: float64 (n + k,), what is expected of coordinates, and its inverse variances.
        passes: of the generator so far, a directional derivative counted as one.

    Raises:
        ScoreError: a picture of another size.
    """

    def __init__(
        self,
        generator: LatentGenerator,
        basis: LatentBasis,
        picture: NDArray[np.uint8],
        through: Through | None,
    ) -> None:
        device = generator.device
        self.row = seen_row(generator, picture, through)
        self._seen = self.row.double()
        self._generator, self._through = generator, through or (lambda pictures: pictures)
        self._mean = torch.from_numpy(basis.mean).float().to(device)
        self._whole = torch.from_numpy(basis.whole).float().to(device)
        means, deviations = basis.expected
        self.means = torch.from_numpy(means).to(device)
        self.weights = torch.from_numpy(deviations).to(device) ** -2
        self.passes = 0

    @property
    def slopes_cost(self) -> int:
        """Passes of `slopes`."""
        return 1 + len(self.means)

    def place(self, at: torch.Tensor, noise: float) -> Place:
        """Return how far a picture of these coordinates is from the one looked for; one pass."""
        self.passes += 1
        with torch.no_grad():
            rest = self._shown(at[None].float())[0].double() - self._seen
        power = float(rest @ rest)
        return Place(at, rest, power + noise * self.unlikely(at), WHITE * (power / len(rest)) ** 0.5)

    def slopes(self, at: torch.Tensor) -> torch.Tensor:
        """Return the derivatives of the pixels by the coordinates, float64 (P, n + k); n + k + 1 passes."""
        self.passes += self.slopes_cost
        with torch.no_grad():
            return with_jacobian(self._shown, at.float())[1].double()

    def weighed(self, here: Place, noise: float) -> Place:
        """Return a place with its loss under another noise."""
        return Place(
            here.at, here.rest, float(here.rest @ here.rest) + noise * self.unlikely(here.at), here.grey
        )

    def unlikely(self, at: torch.Tensor) -> float:
        """Return the squared distance of coordinates from what is expected, in units of deviations."""
        return float((self.weights * (at - self.means) ** 2).sum())

    def _shown(self, coordinates: torch.Tensor) -> torch.Tensor:
        """Return what a camera would see, rows (B, P): within black and white."""
        pictures = self._generator.synthesize(self._mean + coordinates @ self._whole)
        return self._through(pictures.clamp(0, 1)).flatten(1)
