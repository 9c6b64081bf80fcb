"""The hinge loss of GANs.

Source: Miyato et al., arXiv 1802.05957, equations 16 and 17 (Lim and Ye, arXiv 1705.02894).
"""

from __future__ import annotations

import torch
from torch.nn.functional import relu


def discriminator_hinge(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Return mean max(0, 1 - D(x)) + mean max(0, 1 + D(G(z))), a scalar: real scores above 1 cost nothing.

    Args:
        real: scores of real pictures, (B,).
        fake: scores of drawn pictures, (B',).

    >>> float(discriminator_hinge(torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.0])))
    0.75
    """
    return relu(1 - real).mean() + relu(1 + fake).mean()


def generator_hinge(fake: torch.Tensor) -> torch.Tensor:
    """Return -mean D(G(z)), a scalar.

    Args:
        fake: scores of drawn pictures, (B,).

    >>> float(generator_hinge(torch.tensor([1.0, 2.0])))
    -1.5
    """
    return -fake.mean()
