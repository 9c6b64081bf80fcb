"""Small encoders of transformers' own classes: made, trained through, and saved."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.encoders.pooling import choose_pooling, find_prefix, pool
from whorl.encoders.quiet import quiet
from whorl.files import write_bytes
from whorl.lab.training.recipe import Recipe

if TYPE_CHECKING:
    import torch

_HEAD_WIDTH = 32


def make_classifier(recipe: Recipe, classes: int) -> torch.nn.Module:
    """Return an untrained ViTForImageClassification or ResNetForImageClassification, a function of the seed."""
    import torch

    build = _vit if recipe.family == "vit" else _resnet
    # The caller's own random numbers go on as if nothing had been drawn.
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(recipe.seed)
        return build(recipe, classes)


def _vit(recipe: Recipe, classes: int) -> torch.nn.Module:
    from transformers import ViTConfig, ViTForImageClassification

    config = ViTConfig(
        hidden_size=recipe.width,
        num_hidden_layers=recipe.depth,
        num_attention_heads=recipe.width // _HEAD_WIDTH,
        intermediate_size=4 * recipe.width,
        image_size=recipe.size,
        patch_size=recipe.patch,
        num_labels=classes,
    )
    model: torch.nn.Module = ViTForImageClassification(config)
    return model


def _resnet(recipe: Recipe, classes: int) -> torch.nn.Module:
    from transformers import ResNetConfig, ResNetForImageClassification

    width = recipe.width
    config = ResNetConfig(
        embedding_size=width // 4,
        hidden_sizes=[width // 4, width // 2, width, width],
        depths=[recipe.depth // 4] * 4,
        layer_type="basic",
        num_labels=classes,
    )
    model: torch.nn.Module = ResNetForImageClassification(config)
    return model


def drop_patches(model: torch.nn.Module, chosen: Callable[[], torch.Tensor | None]) -> None:
    """Let a ViT's blocks see the class token and the chosen patches only.

    Args:
        model: a ViTForImageClassification.
        chosen: gives int64 (B, kept) patch numbers for the next forward pass, or None for all.

    Source: PatchDropout, arXiv 2208.07220.
    """

    def hook(module: torch.nn.Module, inputs: Any, hidden: torch.Tensor) -> torch.Tensor:  # noqa: ARG001
        import torch

        patches = chosen()
        if patches is None:
            return hidden
        index = patches[..., None].expand(-1, -1, hidden.shape[2])
        return torch.cat([hidden[:, :1], hidden[:, 1:].gather(1, index)], dim=1)

    model.get_submodule("vit.embeddings").register_forward_hook(hook)


def last_embedding(
    model: torch.nn.Module, weights: Mapping[str, torch.Tensor], inputs: torch.Tensor
) -> tuple[Any, torch.Tensor]:
    """Return a model's output and the last layer's embedding (B, D), pooled as `load_encoder` pools it.

    Args:
        model: a classifier, or any model of an `Objective`.
        weights: used in place of its own.
        inputs: float32 (B, 3, S, S).
    """
    from torch.func import functional_call

    prefix = find_prefix(model)
    options = {"pixel_values": inputs, "output_hidden_states": True}
    output = functional_call(model, dict(weights), (), options)
    pooling = choose_pooling("auto", prefix, name="the encoder")
    return output, pool(output.hidden_states[-1], pooling, prefix)


def save_encoder(
    folder: Path, model: torch.nn.Module, weights: Mapping[str, torch.Tensor], size: int
) -> None:
    """Write the backbone in half precision as transformers does, so that `load_encoder` loads the folder.

    Args:
        folder: gets config.json, model.safetensors, preprocessor_config.json.
        model: a classifier, or any model of an `Objective`; its head is left out.
        weights: the model's tensors by name, to be saved in place of its own.
        size: side of the pictures.

    Raises:
        StorageError: the disk is full or read-only.
    """
    import copy

    import torch

    prefix = f"{model.base_model_prefix}."
    backbone: Any = copy.deepcopy(getattr(model, str(model.base_model_prefix)))
    backbone.load_state_dict(
        {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
    )
    backbone.config.num_labels = 2  # transformers' default, which it does not write: the head is left out
    backbone.to(torch.float16)
    with tempfile.TemporaryDirectory(prefix="whorl-") as place, quiet():
        backbone.save_pretrained(place)
        for file in sorted(Path(place).iterdir()):
            write_bytes(folder / file.name, file.read_bytes())
    processor = json.dumps(_processor(size), indent=2) + "\n"
    write_bytes(folder / "preprocessor_config.json", processor.encode())


def _processor(size: int) -> dict[str, Any]:
    return {
        "image_processor_type": "ViTImageProcessor",
        "do_resize": True,
        "size": {"height": size, "width": size},
        "resample": 2,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
