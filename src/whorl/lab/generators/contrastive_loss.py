"""The conditional contrastive (2C) loss of ContraGAN."""

from __future__ import annotations

import torch
from torch.nn.functional import normalize


def conditional_contrastive_loss(
    embeddings: torch.Tensor, classes: torch.Tensor, labels: torch.Tensor, *, temperature: float
) -> torch.Tensor:
    r"""Return how far embeddings are from their class and their fellows, against all others: a scalar.

    The mean over i of

    -log( [exp(l_i e_i / t) + sum over k != i with y_k = y_i of exp(l_i l_k / t)]
          / [exp(l_i e_i / t) + sum over k != i of exp(l_i l_k / t)] ),

    with l_i and e_i of length 1. It is 0 at least, and is 0 where all pictures are of one class.

    Source: Kang and Park, ContraGAN, arXiv 2006.12681, equation 8; a picture is no fellow of its own, as in the
    authors' program.

    Args:
        embeddings: l before it is normalised, (B, d).
        classes: e of each picture's own class before it is normalised, (B, d).
        labels: y, int64 (B,).
        temperature: t.

    >>> float(conditional_contrastive_loss(torch.eye(2), torch.eye(2), torch.tensor([0, 0]), temperature=1.0))
    0.0
    """
    l, e = normalize(embeddings, dim=1), normalize(classes, dim=1)  # noqa: E741 - the paper's letter
    own = (l * e).sum(1, keepdim=True) / temperature
    itself = torch.eye(len(l), dtype=torch.bool, device=l.device)
    others = (l @ l.T / temperature).masked_fill(itself, -torch.inf)
    fellows = others.masked_fill(labels[:, None] != labels[None], -torch.inf)
    above = torch.logsumexp(torch.cat([own, fellows], dim=1), dim=1)
    below = torch.logsumexp(torch.cat([own, others], dim=1), dim=1)
    return (below - above).mean()
