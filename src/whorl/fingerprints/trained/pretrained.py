"""A pretrained ResNet or ViT with a new last layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.encoders.checkpoint import check_files, locate
from whorl.encoders.processor_config import read_preprocessing
from whorl.encoders.quiet import quiet
from whorl.encoders.vision_model import first_lines
from whorl.errors import EncoderError
from whorl.fingerprints.trained.network import Network
from whorl.fingerprints.trained.recipe import TrainingRecipe

if TYPE_CHECKING:
    import torch

_CLASSES = {"resnet": "ResNetForImageClassification", "vit": "ViTForImageClassification"}
_HEAD = "classifier."


def load_pretrained(recipe: TrainingRecipe, classes: int) -> Network:
    """Load the recipe's weights in float32 on the CPU, with mean and std of their own, and a new last layer.

    The last layer is drawn anew also where the file has one with as many outputs. A ViT's positions are
    interpolated where the recipe's size is not the one it was trained on.

    Raises:
        EncoderError: no such folder or hub name, pickled weights, weights of another family, weights that lack
            something apart from the last layer, or patches that do not fill the pictures.
    """
    assert recipe.weights is not None  # noqa: S101
    folder = locate(recipe.weights)
    check_files(folder)
    _check_config(folder, recipe)
    preprocessing = read_preprocessing(folder)
    module = _load(folder, recipe, classes)
    _renew_head(module)
    options = {"interpolate_pos_encoding": True} if recipe.family == "vit" else {}
    return Network(module, preprocessing.mean, preprocessing.std, preprocessing.rescale, options)


def _check_config(folder: Path, recipe: TrainingRecipe) -> None:
    import transformers

    try:
        with quiet():
            config = transformers.AutoConfig.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EncoderError(
            f"transformers cannot read the config in {folder}: {first_lines(error)}"
        ) from error
    if config.model_type != recipe.family:
        raise EncoderError(
            f"{recipe.weights} is a {config.model_type!r} model, and the recipe asks for a {recipe.family!r}; "
            "change the recipe's family or weights."
        )
    if recipe.family == "vit" and recipe.size % config.patch_size:
        raise EncoderError(
            f"the patches of {recipe.weights}, {config.patch_size} wide, do not fill {recipe.size} x "
            f"{recipe.size} pictures; choose a size that is a multiple of {config.patch_size}."
        )


def _load(folder: Path, recipe: TrainingRecipe, classes: int) -> torch.nn.Module:
    import torch
    import transformers

    cls: Any = getattr(transformers, _CLASSES[recipe.family])
    try:
        with quiet():
            module, info = cls.from_pretrained(
                str(folder), num_labels=classes, ignore_mismatched_sizes=True, dtype=torch.float32,
                use_safetensors=True, local_files_only=True, trust_remote_code=False, output_loading_info=True,
            )  # fmt: skip
    except (OSError, ValueError, RuntimeError, ImportError, TypeError, KeyError) as error:
        raise EncoderError(f"transformers cannot load the model in {folder}: {first_lines(error)}") from error
    mismatched = {key[0] if isinstance(key, tuple) else key for key in info["mismatched_keys"]}
    unfit = sorted(key for key in {*info["missing_keys"], *mismatched} if not key.startswith(_HEAD))
    if unfit:
        raise EncoderError(
            f"the weights in {folder} lack, or have in another shape, {', '.join(unfit[:5])}, which would be "
            "random. Do config.json and the weights belong together?"
        )
    loaded: torch.nn.Module = module
    return loaded


def _renew_head(module: torch.nn.Module) -> None:
    from torch import nn

    for layer in module.get_submodule("classifier").modules():
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
