"""The loss of Barlow Twins: embeddings that agree between views, and whose components say different things."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_EPSILON = 1e-5


def cross_correlation(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return how each component of one view correlates with each of the other over the batch.

    C_ij = sum_b zA_bi zB_bj / B, with every column of zA and zB brought to mean 0 and variance 1 as batch
    normalisation does it: 1e-5 is added to the (biased) variance, so a constant column, or a batch of one,
    gives 0 and not NaN.

    Args:
        first: float (B, D), zA.
        second: float (B, D), zB, of the same pictures in the same order.

    Returns:
        float (D, D), -1 .. 1.

    Source: arXiv 2103.03230, equation 2.

    >>> import torch
    >>> z = torch.tensor([[1.0, 5.0], [-1.0, 5.0]])
    >>> cross_correlation(z, -z).round(decimals=3).tolist()
    [[-1.0, 0.0], [0.0, 0.0]]
    """
    return _standardised(first).T @ _standardised(second) / len(first)


def barlow_twins_loss(first: torch.Tensor, second: torch.Tensor, *, redundancy: float) -> torch.Tensor:
    """Return sum_i (1 - C_ii)^2 + redundancy * sum_(i != j) C_ij^2, a scalar, at least 0.

    Args:
        first: float (B, D), the projections of one view.
        second: float (B, D), those of the other.
        redundancy: lambda, the weight of the second term.

    Source: arXiv 2103.03230, equation 1.

    >>> import torch
    >>> z = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> round(barlow_twins_loss(z, z, redundancy=0.005).item(), 6)
    0.0
    >>> round(barlow_twins_loss(z, z[:, [0, 0]], redundancy=0.5).item(), 3)
    1.5
    """
    import torch

    correlation = cross_correlation(first, second)
    agreement = correlation.diagonal()
    others = correlation - torch.diag_embed(agreement)
    return (1 - agreement).square().sum() + redundancy * others.square().sum()


def _standardised(z: torch.Tensor) -> torch.Tensor:
    centred = z - z.mean(0)
    return centred * (centred.square().mean(0) + _EPSILON).rsqrt()
