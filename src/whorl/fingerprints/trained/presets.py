"""The recipes of arXiv 2407.21159, Appendix C, and smaller ones for a machine without a GPU."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from whorl.fingerprints.trained.recipe import TrainingRecipe

PRESETS: Mapping[str, TrainingRecipe] = MappingProxyType(
    {
        "cnn": TrainingRecipe("cnn", epochs=50, learning_rate=1e-3),
        "resnet-50": TrainingRecipe(
            "resnet", epochs=50, learning_rate=1e-3, size=224, weights="microsoft/resnet-50"
        ),
        "vit-base": TrainingRecipe(
            "vit", epochs=30, learning_rate=1e-2, size=224, weights="google/vit-base-patch16-224-in21k"
        ),
        "resnet-small": TrainingRecipe("resnet", epochs=50, learning_rate=1e-3, depth=3, width=64),
        "vit-tiny": TrainingRecipe("vit", epochs=30, learning_rate=1e-2, size=64),
        "vit-tiny-low-rate": TrainingRecipe("vit", epochs=30, learning_rate=1e-4, size=64),
    }
)
"""Recipes by name.

"cnn", "resnet-50" and "vit-base" have the optimiser, learning rates, epochs, batch size and 224 x 224 pictures of
Appendix C, Table 3. It gives neither the CNN's widths and picture size nor whether pretrained layers were frozen:
ours are in `cnn.py`, 32 x 32, and none frozen. Its pretrained weights are PyTorch's; ours are transformers'.

"resnet-small" and "vit-tiny" keep those numbers with networks that two cores can train: a ResNet-20 (arXiv
1512.03385, section 4.2) from scratch on 32 x 32, and a ViT on 64 x 64, whose weights are the user's:
`dataclasses.replace(PRESETS["vit-tiny"], weights="a/folder")`. Without them it is a ViT-Tiny from scratch.

A learning rate of 1e-2 is high for fine-tuning a ViT with Adam: on stripes and noise, 192 pictures and 4 epochs, a
pretrained ViT-Tiny stayed at chance with it, and with 1e-4 made no error on 64 held-out pictures. In the paper
the ViT is the weakest of the three too. "vit-tiny-low-rate" is "vit-tiny" with 1e-4, for a fair comparison.
"""
