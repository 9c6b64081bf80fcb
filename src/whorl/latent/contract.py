"""What a generator must offer for keys to be put into its pictures and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch


class LatentGenerator(Protocol):
    """A generator whose last latent code is a row of numbers.

    `whorl.checks.check_latent_generator` holds it to this.

    Attributes:
        name: in words.
        digest: of weights, settings and fixed noise: equal digests draw equal pictures of equal latents.
        latent_dim: D, length of a latent.
        image_size: height and width of its pictures.
        device: where it computes.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    @property
    def digest(self) -> str:
        """See above."""
        ...

    @property
    def latent_dim(self) -> int:
        """See above."""
        ...

    @property
    def image_size(self) -> tuple[int, int]:
        """See above."""
        ...

    @property
    def device(self) -> torch.device:
        """See above."""
        ...

    def sample_latents(self, count: int, *, seed: int, start: int = 0) -> NDArray[np.float32]:
        """Draw the latents start .. start + count - 1 of a seed, float32 (count, D).

        Latent i depends on (seed, i) alone.
        """
        ...

    def synthesize(self, latents: torch.Tensor) -> torch.Tensor:
        """Return pictures float32 (B, 3, H, W), 0 black and 1 white, of latents (B, D).

        Overshoot is left in. Nothing is random. Derivatives are defined in both directions (torch's reverse mode
        and `torch.func.jvp`), and a picture depends on its own latent alone.
        """
        ...
