"""A Vision Transformer of three small blocks with random weights, as a folder in transformers' format."""

import json

import numpy as np

NORMALISED = {
    "image_processor_type": "ViTImageProcessor",
    "size": {"height": 8, "width": 8},
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}


def save_small_vit(folder):
    """Write it; of random weights these are ones whose second block minds arrangement more than the first."""
    import torch
    from transformers import ViTConfig, ViTModel

    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32}
    config = ViTConfig(**sizes, image_size=8, patch_size=4, initializer_range=0.5)
    ViTModel(config, add_pooling_layer=False).save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(NORMALISED))
    return folder


def blocks(count, seed):
    """Pictures of 2 x 2 blocks of one colour each, uint8 (count, 8, 8, 3)."""
    colours = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return colours.repeat(2, axis=1).repeat(2, axis=2)
