"""A backbone with a projector on top, as self-supervised objectives train it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from whorl.lab.training.encoder_models import make_classifier
from whorl.lab.training.recipe import Recipe

_WEIGHTS = 6


@dataclass(frozen=True)
class Projected:
    """What a projected backbone gives for a batch.

    Attributes:
        projections: float32 (B, P).
        hidden_states: as the backbone gives them, or None where they were not asked for.
    """

    projections: torch.Tensor
    hidden_states: Any


class ProjectedBackbone(nn.Module):
    """The backbone that `make_classifier` gives, and three linear layers in place of its classifier.

    The projector takes what the classifier would take: the class token after the last norm, or the mean of
    a ResNet's last maps. Between its layers, each as wide as the recipe's `projector`, are batch norm and ReLU
    (arXiv 2103.03230, section 2.2).

    Attributes:
        base_model_prefix: name of the backbone, as transformers' own models have it.
        projector: the layers on top.
    """

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        # Two classes: a head that is never used, of transformers' default size.
        whole = make_classifier(recipe, 2)
        self.base_model_prefix = str(whole.base_model_prefix)
        backbone: Any = getattr(whole, self.base_model_prefix)
        self.add_module(self.base_model_prefix, backbone)
        config = backbone.config
        width = config.hidden_size if recipe.family == "vit" else config.hidden_sizes[-1]
        self.projector = _projector(width, recipe)

    def forward(self, pixel_values: torch.Tensor, *, output_hidden_states: bool = False) -> Projected:
        """Return the projections of pictures, float32 (B, 3, S, S)."""
        output = getattr(self, self.base_model_prefix)(
            pixel_values=pixel_values, output_hidden_states=output_hidden_states
        )
        # A ViT without pooling layer has no pooler output.
        pooled = output.get("pooler_output")
        features = output.last_hidden_state[:, 0] if pooled is None else pooled.flatten(1)
        return Projected(self.projector(features), output.get("hidden_states"))


def _projector(width: int, recipe: Recipe) -> nn.Sequential:
    wide = recipe.projector
    stream = np.random.SeedSequence(recipe.seed, spawn_key=(_WEIGHTS,))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(stream.generate_state(1)[0]))
        return nn.Sequential(
            nn.Linear(width, wide, bias=False),
            nn.BatchNorm1d(wide),
            nn.ReLU(),
            nn.Linear(wide, wide, bias=False),
            nn.BatchNorm1d(wide),
            nn.ReLU(),
            nn.Linear(wide, wide, bias=False),
        )
