"""What reads a key out of a picture."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from whorl.latent.basis import LatentBasis
from whorl.latent.contract import LatentGenerator
from whorl.latent.reading.reading import Reading
from whorl.latent.reading.seen import Through


class Reader(Protocol):
    """A reader; it is given no key, so none can steer it.

    Attributes:
        through: what is known to have been done to the pictures; None for nothing.
    """

    @property
    def through(self) -> Through | None:
        """See above."""
        ...

    def read(self, generator: LatentGenerator, basis: LatentBasis, picture: NDArray[np.uint8]) -> Reading:
        """Return what is read in one picture, uint8 (H, W, 3)."""
        ...
