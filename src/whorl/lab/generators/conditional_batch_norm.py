"""Batch normalisation whose gain and bias depend on a condition."""

from __future__ import annotations

import torch
from torch import nn


class ConditionalBatchNorm(nn.Module):
    """Normalised features times 1 + W_g c, plus W_b c, with c the condition; without one, plain BatchNorm.

    In eval mode it uses running statistics, so that a picture does not depend on the rest of its batch.

    Source: Dumoulin et al., arXiv 1610.07629, equation 5; linear in the condition and about 1 as in Brock et al.,
    arXiv 1809.11096, Appendix B.

    Args:
        channels: C.
        condition: length of c; 0 without conditions.
    """

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self._conditional = condition > 0
        self.norm = nn.BatchNorm2d(channels, affine=not self._conditional)
        if self._conditional:
            self.gain = nn.Linear(condition, channels, bias=False)
            self.bias = nn.Linear(condition, channels, bias=False)

    def forward(self, x: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        """Return the normalised features.

        Args:
            x: float32 (B, C, H, W).
            c: float32 (B, condition).
        """
        normalised: torch.Tensor = self.norm(x)
        if not self._conditional:
            return normalised
        gain, bias = 1 + self.gain(c), self.bias(c)
        return torch.addcmul(bias[:, :, None, None], normalised, gain[:, :, None, None])
