"""What a discriminator says at its end: a score, with the class taken in by an inner product."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import relu


def pooled(x: torch.Tensor) -> torch.Tensor:
    """Return (B, C, H, W) as (B, C): sums over all places, after a ReLU."""
    return relu(x).sum(dim=(2, 3))


class ProjectionHead(nn.Module):
    """psi(h) + <v_y, h>, with h the pooled features and v_y learned for each class.

    Source: Miyato and Koyama, cGANs with Projection Discriminator, arXiv 1802.05637, equation 3.

    Args:
        features: length of h.
        classes: how many.
    """

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.score = nn.Linear(features, 1)
        self.classes = nn.Embedding(classes, features)

    def forward(self, h: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return scores, float32 (B,), of features (B, C) and labels int64 (B,)."""
        scores: torch.Tensor = self.score(h)[:, 0] + (self.classes(labels) * h).sum(1)
        return scores
