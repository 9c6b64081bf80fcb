"""What the two networks of a GAN minimise, out of scores alone or of more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn

from whorl.lab.generators.hinge_loss import discriminator_hinge, generator_hinge


@dataclass(frozen=True)
class Shown:
    """Pictures as a discriminator sees them.

    Attributes:
        pictures: float32 (B, 3, S, S), from -1 to 1.
        labels: int64 (B,).
    """

    pictures: torch.Tensor
    labels: torch.Tensor


class GanObjective(Protocol):
    """A loss for each network."""

    def discriminator(self, network: nn.Module, real: Shown, fake: Shown) -> torch.Tensor:
        """Return what the discriminator minimises, a scalar."""
        ...

    def generator(self, network: nn.Module, fake: Shown) -> torch.Tensor:
        """Return what the generator minimises before this discriminator, a scalar."""
        ...


class Hinge:
    """The hinge loss of the scores D(x, y)."""

    def discriminator(self, network: nn.Module, real: Shown, fake: Shown) -> torch.Tensor:
        """See `GanObjective`."""
        scores = network(both(real.pictures, fake.pictures), both(real.labels, fake.labels))
        return discriminator_hinge(*scores.split([len(real.labels), len(fake.labels)]))

    def generator(self, network: nn.Module, fake: Shown) -> torch.Tensor:
        """See `GanObjective`."""
        return generator_hinge(network(fake.pictures, fake.labels))


def both(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Return real and fake rows as one batch: one pass, and one power iteration."""
    return torch.cat([real, fake])
