"""Small models of every family, made with transformers' own classes and saved as folders."""

from dataclasses import dataclass
from pathlib import Path

import torch
import transformers as tr

MEAN, STD = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
VIT = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "image_size": 32,
    "patch_size": 8,
}


@dataclass(frozen=True)
class Family:
    """A folder, the model that was saved there, and what is known about it from its paper."""

    folder: Path
    model: torch.nn.Module
    depth: int
    prefix: int | None  # tokens in front of the patches; None: feature maps
    has_class: bool


def processor(kind, **changes):
    settings = {"size": {"height": 32, "width": 32}, "image_mean": MEAN, "image_std": STD, **changes}
    return getattr(tr, f"{kind}ImageProcessorPil")(**settings)


def _vit():
    # A classification checkpoint: it has a head, and no pooler.
    return tr.ViTForImageClassification(tr.ViTConfig(**VIT)), processor("ViT"), 3, 1, True


def _deit():
    crop = {"height": 32, "width": 32}
    model = tr.DeiTModel(tr.DeiTConfig(**VIT), add_pooling_layer=False)
    return model, processor("DeiT", size={"height": 36, "width": 36}, crop_size=crop), 3, 2, True


def _dinov2(name="Dinov2", prefix=1, **more):
    model = getattr(tr, f"{name}Model")(getattr(tr, f"{name}Config")(**VIT, **more))
    crop = {"height": 32, "width": 32}
    return model, processor("Bit", size={"shortest_edge": 37}, crop_size=crop), 3, prefix, True


def _registers():
    return _dinov2("Dinov2WithRegisters", prefix=4, num_register_tokens=3)


def _clip():
    vision = {key: value for key, value in VIT.items() if key != "num_labels"}
    text = {**vision, "vocab_size": 20, "max_position_embeddings": 8}
    del text["image_size"], text["patch_size"]
    model = tr.CLIPModel(tr.CLIPConfig(text_config=text, vision_config=vision, projection_dim=16))
    crop = {"height": 32, "width": 32}
    return model, processor("CLIP", size={"shortest_edge": 32}, crop_size=crop), 3, 1, True


def _beit():
    return tr.BeitModel(tr.BeitConfig(**VIT)), processor("Beit"), 3, 1, True


def _siglip():
    return tr.SiglipVisionModel(tr.SiglipVisionConfig(**VIT)), processor("Siglip"), 3, 0, False


def _swin():
    shape = {"patch_size": 4, "embed_dim": 16, "depths": [1, 2], "num_heads": [2, 2], "window_size": 4}
    return tr.SwinModel(tr.SwinConfig(image_size=32, **shape)), processor("ViT"), 2, 0, False


def _resnet():
    config = tr.ResNetConfig(embedding_size=8, hidden_sizes=[12, 16], depths=[1, 1], layer_type="basic")
    return (
        tr.ResNetForImageClassification(config),
        processor("ConvNext", size={"shortest_edge": 32}),
        2,
        None,
        False,
    )


def _convnext():
    config = tr.ConvNextConfig(hidden_sizes=[12, 16], depths=[1, 1], num_stages=2)
    return tr.ConvNextModel(config), processor("ConvNext", size={"shortest_edge": 32}), 2, None, False


BUILDERS = {
    "vit": _vit,
    "deit": _deit,
    "dinov2": _dinov2,
    "dinov2-registers": _registers,
    "clip": _clip,
    "beit": _beit,
    "siglip": _siglip,
    "swin": _swin,
    "resnet": _resnet,
    "convnext": _convnext,
}


def stir(model, seed=0):
    """Move every parameter and running statistic off its initial value, so that each one matters."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in sorted([*model.named_parameters(), *model.named_buffers()]):
            if tensor.is_floating_point():
                noise = 0.2 * torch.randn(tensor.shape, generator=generator)
                tensor.add_(noise.abs() if "running_var" in name else noise)
    return model.eval()
