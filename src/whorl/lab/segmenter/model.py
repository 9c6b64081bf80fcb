"""A ResNet-18 that gives a map for each class, and what one label says of a map."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from whorl.encoders.quiet import quiet
from whorl.lab.segmenter.recipe import SegmenterRecipe

_STRIDE = 8  # of the four stages together


class ClassMaps(nn.Module):
    """The network of arXiv 2407.21159, Appendix A: logits of each class at each pixel.

    transformers' ResNetModel with basic blocks (two in each of four stages are a ResNet-18), its first
    convolution 3 x 3 at stride 1 in place of 7 x 7 at stride 2, the max pool replaced as `SegmenterRecipe.scale`
    says, no fully connected layer; a 1 x 1 convolution to the classes; bilinear enlargement to the input's size,
    each value to where the network looks for it: convolutions at stride 2 centre on even pixels, and the usual
    enlargement would move every map by half a stride to the lower right. Convolutions repeat the edge of what
    they see, where the usual ones add zeros: by zeros a deep network knows the corners, and since all of it sees
    the whole picture, it may tell every class there.

    Args:
        recipe: width, blocks and scale count here.
        classes: how many.
    """

    def __init__(self, recipe: SegmenterRecipe, classes: int) -> None:
        super().__init__()
        self.backbone, self._scale = _backbone(recipe), recipe.scale
        self.classifier = nn.Conv2d(8 * recipe.width, classes, 1)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return logits (B, C, H, W) for inputs float32 (B, 3, H, W) in -1 .. 1."""
        coarse = self.classifier(self.backbone(pixel_values=inputs).last_hidden_state)
        rows, columns = (
            _weights(few, many, self._scale).to(coarse)
            for few, many in zip(coarse.shape[-2:], inputs.shape[-2:], strict=True)
        )
        maps: torch.Tensor = rows @ coarse @ columns.T
        return maps


def make_class_maps(recipe: SegmenterRecipe, classes: int) -> ClassMaps:
    """Return an untrained network, a function of the recipe's seed."""
    # The caller's own random numbers go on as if nothing had been drawn.
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(recipe.seed)
        return ClassMaps(recipe, classes)


def pooled(maps: torch.Tensor, sharpness: float) -> torch.Tensor:
    r"""Return one logit per class from its map: a soft maximum over the pixels.

    .. math:: s_c = \frac{1}{r} \log \frac{1}{HW} \sum_{yx} \exp(r\, m_{cyx})

    A label tells that its class is somewhere in the picture, and that no other class is anywhere. The maximum
    says just that, but teaches one pixel at a time; the mean would ask for the class at every pixel, background
    too. This lies between them: a present class needs some pixels, an absent one is pushed down wherever it
    shows. So a background that several classes share ends low in all of their maps.

    Args:
        maps: logits m (B, C, H, W).
        sharpness: r; towards 0 the mean, towards infinity the maximum.

    Returns:
        (B, C).

    Source: Pinheiro and Collobert, arXiv 1411.6228, equation 1, r = 5. How labels meet the maps is not told in
    arXiv 2407.21159.

    >>> flat = torch.full((1, 2, 4, 4), 3.0)
    >>> pooled(flat, 5.0).tolist()
    [[3.0, 3.0]]
    """
    pixels = maps.shape[-2] * maps.shape[-1]
    return (torch.logsumexp(sharpness * maps.flatten(2), dim=2) - math.log(pixels)) / sharpness


def weak_loss(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the mean binary cross entropy with logits of scores (B, C) against the labels (B,), one-hot."""
    wanted = functional.one_hot(labels, scores.shape[1]).to(scores.dtype)
    return functional.binary_cross_entropy_with_logits(scores, wanted)


def _weights(few: int, many: int, scale: float) -> torch.Tensor:
    """Return how much of each of the coarse values every pixel of a line gets, float32 (many, few)."""
    # Enlarged twofold, pixel 2 x of the larger picture lies at x - 1/4 of the smaller.
    first = -0.25 if scale == 2 else 0.0
    at = ((torch.arange(many) - first) * (scale / _STRIDE)).clamp(0, few - 1)
    return (1 - (at[:, None] - torch.arange(few)).abs()).clamp(min=0)


def _backbone(recipe: SegmenterRecipe) -> Any:
    from transformers import ResNetConfig, ResNetModel

    config = ResNetConfig(
        embedding_size=recipe.width,
        hidden_sizes=[recipe.width * 2**stage for stage in range(4)],
        depths=[recipe.blocks] * 4,
        layer_type="basic",
    )
    backbone: Any = ResNetModel(config)
    first = nn.Conv2d(3, recipe.width, kernel_size=3, padding=1, bias=False)
    nn.init.kaiming_normal_(first.weight, mode="fan_out", nonlinearity="relu")
    backbone.embedder.embedder.convolution = first
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d):
            module.padding_mode = "replicate"
    if recipe.scale == 2:
        backbone.embedder.pooler = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
    elif recipe.scale == 1:
        backbone.embedder.pooler = nn.Identity()
    return backbone
