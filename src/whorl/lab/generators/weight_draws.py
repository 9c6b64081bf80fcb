"""Untrained weights of GANs."""

from __future__ import annotations

from torch import nn

_LAYERS = (nn.Conv2d, nn.Linear, nn.Embedding)


def draw_xavier(network: nn.Module) -> None:
    """Draw the weights of all layers uniformly by Glorot and Bengio's rule; biases become 0."""
    for layer in network.modules():
        if isinstance(layer, _LAYERS):
            nn.init.xavier_uniform_(layer.weight)
    _no_biases(network)


def draw_orthogonal(network: nn.Module) -> None:
    """Draw the weights of all layers as orthogonal matrices (Saxe et al., arXiv 1312.6120); biases become 0."""
    for layer in network.modules():
        if isinstance(layer, _LAYERS):
            nn.init.orthogonal_(layer.weight)
    _no_biases(network)


def _no_biases(network: nn.Module) -> None:
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
