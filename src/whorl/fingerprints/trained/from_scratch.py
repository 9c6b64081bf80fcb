"""A small ResNet and a small ViT of transformers' own classes, with random weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whorl.encoders.quiet import quiet
from whorl.fingerprints.trained.recipe import HEAD_WIDTH, TrainingRecipe, patch_of

if TYPE_CHECKING:
    import torch


def make_resnet(recipe: TrainingRecipe, classes: int) -> torch.nn.Module:
    """Return a ResNet of three stages of basic blocks whose stem keeps the size of its pictures.

    transformers' stem quarters them, for 224 x 224; here it is one 3 x 3 convolution, for 32 x 32.

    Source: section 4.2 of arXiv 1512.03385, of which depth 3 and width 64 are the ResNet-20, but
        with projections where a block changes the width.
    """
    return small_resnet(width=recipe.width or 64, depth=recipe.depth or 3, classes=classes)


def small_resnet(*, width: int, depth: int, classes: int, channels: int = 3) -> torch.nn.Module:
    """Return the same for inputs (B, channels, S, S); its output has `logits`."""
    from transformers import ResNetConfig, ResNetForImageClassification

    config = ResNetConfig(
        num_channels=channels,
        embedding_size=width // 4,
        hidden_sizes=[width // 4, width // 2, width],
        depths=[depth] * 3,
        layer_type="basic",
        num_labels=classes,
    )
    with quiet():
        model: torch.nn.Module = ResNetForImageClassification(config)
    _keep_size(model)
    return model


def _keep_size(model: torch.nn.Module) -> None:
    from torch import nn

    stem = model.get_submodule("resnet.embedder")
    old = stem.get_submodule("embedder.convolution")
    assert isinstance(old, nn.Conv2d)  # noqa: S101
    new = nn.Conv2d(old.in_channels, old.out_channels, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(new.weight, mode="fan_out", nonlinearity="relu")
    stem.get_submodule("embedder").convolution = new
    stem.pooler = nn.Identity()


def make_vit(recipe: TrainingRecipe, classes: int) -> torch.nn.Module:
    """Return a ViT with heads of 64; the defaults of depth and width are ViT-Tiny's (arXiv 2012.12877)."""
    from transformers import ViTConfig, ViTForImageClassification

    width = recipe.width or 192
    config = ViTConfig(
        hidden_size=width,
        num_hidden_layers=recipe.depth or 12,
        num_attention_heads=width // HEAD_WIDTH,
        intermediate_size=4 * width,
        image_size=recipe.size,
        patch_size=patch_of(recipe),
        num_labels=classes,
    )
    with quiet():
        model: torch.nn.Module = ViTForImageClassification(config)
    return model
