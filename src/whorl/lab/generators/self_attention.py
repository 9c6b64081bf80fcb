"""Each place of a picture looks at every other."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import max_pool2d


class SelfAttention(nn.Module):
    """x + gamma o(x), with o the values of all places weighted by how well they answer; gamma is 0 at first.

    Source: Zhang, Goodfellow, Metaxas and Odena, Self-Attention Generative Adversarial Networks, arXiv
    1805.08318, equations 1 to 3; keys and values pooled by 2 as in Brock et al., arXiv 1809.11096.

    Args:
        channels: C, at least 8.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner, half = channels // 8, channels // 2
        self.query = nn.Conv2d(channels, inner, 1, bias=False)
        self.key = nn.Conv2d(channels, inner, 1, bias=False)
        self.value = nn.Conv2d(channels, half, 1, bias=False)
        self.out = nn.Conv2d(half, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features of the shape of x, float32 (B, C, H, W) with even H and W."""
        f = self.query(x).flatten(2)
        g = max_pool2d(self.key(x), 2).flatten(2)
        h = max_pool2d(self.value(x), 2).flatten(2)
        beta = torch.softmax(f.transpose(1, 2) @ g, dim=-1)
        o = (h @ beta.transpose(1, 2)).reshape(len(x), -1, *x.shape[2:])
        added: torch.Tensor = x + self.gamma * self.out(o)
        return added
