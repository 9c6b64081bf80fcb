"""Spectral normalisation of a whole network, and its weights as they are when it draws.

Source: Miyato, Kataoka, Koyama and Yoshida, Spectral Normalization for Generative Adversarial Networks,
arXiv 1802.05957, section 2.1 and algorithm 1.
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.functional import normalize
from torch.nn.utils import parametrizations
from torch.nn.utils.parametrize import ParametrizationList


def normalise_spectrally(network: nn.Module, *kinds: type[nn.Module]) -> None:
    """Divide the weights of all layers of some kinds by their largest singular value, W / sigma(W) (equation 8).

    In training, every forward pass takes one power iteration (algorithm 1). The vectors u and v that it goes on
    with are buffers of the network: a checkpoint holds them.

    Args:
        network: changed in place.
        kinds: such as `nn.Conv2d`.
    """
    for layer in [layer for layer in network.modules() if isinstance(layer, kinds)]:
        parametrizations.spectral_norm(layer, eps=1e-8)


def ready_to_draw(network: nn.Module) -> nn.Module:
    """Return a copy that uses running statistics, and divides its weights by their exact sigma(W).

    Averaged weights need a sigma of their own: the averages of u and v are not of length 1, and the sigma
    that they give is too small.

    Args:
        network: with spectral normalisation or without; left as it is.
    """
    drawing = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
    for layer in drawing.modules():
        if isinstance(layer, ParametrizationList):
            weight = layer.original
            assert isinstance(weight, torch.Tensor)  # noqa: S101 - for the type checker
            u, v = _first_singular_vectors(weight.flatten(1))
            layer.get_buffer("0._u").copy_(u)
            layer.get_buffer("0._v").copy_(v)
    return drawing


class DrawingCopy:
    """`ready_to_draw` of one network after another, made anew when a weight has changed since the last time.

    A weight has changed when it is another tensor, lies elsewhere, or was written to: torch counts every write in
    place, but for those through `.data`. BatchNorm's statistics are written to behind that count, but not without
    the number of their batches.
    """

    def __init__(self) -> None:
        self._copy: nn.Module | None = None
        self._seen: list[_Seen] = []

    def of(self, network: nn.Module) -> nn.Module:
        """Return what `ready_to_draw` returns; it belongs to this object and is not to be changed."""
        # The tensors are kept and compared by identity: the id of one that is gone may be another's.
        now = [_Seen(x, x._version, x.data_ptr()) for x in (*network.parameters(), *network.buffers())]
        same = len(now) == len(self._seen) and all(
            one.tensor is other.tensor and one.written == other.written and one.place == other.place
            for one, other in zip(now, self._seen, strict=True)
        )
        if self._copy is None or not same:
            self._copy, self._seen = ready_to_draw(network), now
        return self._copy


class _Seen(NamedTuple):
    tensor: torch.Tensor
    written: int
    place: int


def _first_singular_vectors(w: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return u and v of the largest singular value, float64 on the CPU: from w w^T, far quicker than from w."""
    w = w.detach().cpu().double()
    if w.shape[0] > w.shape[1]:
        v, u = _first_singular_vectors(w.T)
        return u, v
    u = torch.linalg.eigh(w @ w.T).eigenvectors[:, -1]
    return u, normalize(w.T @ u, dim=0)
