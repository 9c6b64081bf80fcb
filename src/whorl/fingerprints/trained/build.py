"""From a recipe to an untrained network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whorl.fingerprints.trained.cnn import make_cnn
from whorl.fingerprints.trained.from_scratch import make_resnet, make_vit
from whorl.fingerprints.trained.network import Network
from whorl.fingerprints.trained.pretrained import load_pretrained
from whorl.fingerprints.trained.recipe import TrainingRecipe

if TYPE_CHECKING:
    import torch


def build_network(recipe: TrainingRecipe, classes: int, device: torch.device) -> Network:
    """Return the recipe's network with K outputs on its device; what is random is drawn from torch.

    Raises:
        EncoderError: its pretrained weights cannot be had, or are no such model.
    """
    import torch

    if recipe.weights is not None:
        network = load_pretrained(recipe, classes)
    elif recipe.family == "cnn":
        network = Network(make_cnn(recipe.size, classes))
    elif recipe.family == "resnet":
        network = Network(make_resnet(recipe, classes))
    else:
        network = Network(make_vit(recipe, classes))
    network.module.to(device)
    if recipe.family != "vit":
        network.module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network
