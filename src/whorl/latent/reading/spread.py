"""How far a key may be off, linearised: what the residual leaves open."""

from __future__ import annotations

import torch


def open_covariance(slopes: torch.Tensor, noise: float, content: torch.Tensor, bits: int) -> torch.Tensor:
    """Return the covariance of coordinates that pixels with noise leave open, float64 (D, D).

    (J^T J / s_e^2 + diag(prior))^-1, with no prior for the key: its block is s_e^2 S^-1, S the Schur complement of
    the content in J^T J, but for what is known of the content beforehand.

    Args:
        slopes: J, float64 (P, D), of pixels by coordinates, the key's first.
        noise: s_e^2, variance of each pixel's error.
        content: float64 (D,), inverse variances of the coordinates; the key's are not looked at.
        bits: n, how many are the key's.

    >>> slopes = torch.tensor([[2.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    >>> open_covariance(slopes, 0.04, torch.ones(2, dtype=torch.float64), 1).diagonal()
    tensor([0.0100, 0.0385], dtype=torch.float64)
    """
    prior = content.clone()
    prior[:bits] = 0
    found: torch.Tensor = torch.linalg.pinv(slopes.T @ slopes / noise + torch.diag(prior), hermitian=True)
    return found
