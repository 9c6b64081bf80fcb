"""Small models of every family as folders, and pictures of awkward sizes."""

import shutil

import numpy as np
import pytest
import torch
from encoder_families import BUILDERS, Family, stir


@pytest.fixture(scope="session")
def families(tmp_path_factory):
    """name -> Family, each built on first use."""

    class Families(dict):
        def __missing__(self, name):
            torch.manual_seed(0)
            model, processor_, depth, prefix, has_class = BUILDERS[name]()
            folder = tmp_path_factory.mktemp("families") / f"tiny-{name}"
            stir(model).save_pretrained(folder)
            processor_.save_pretrained(folder)
            self[name] = Family(folder, model, depth, prefix, has_class)
            return self[name]

    return Families()


@pytest.fixture
def vit_folder(families, tmp_path):
    """A copy of the small ViT's folder, to be damaged."""
    return shutil.copytree(families["vit"].folder, tmp_path / "vit")


@pytest.fixture(scope="session")
def pictures():
    """Tall, wide, tiny, odd, exact and grey pictures, with smooth and noisy parts: uint8 (H, W, 3)."""
    rng = np.random.default_rng(7)
    made = []
    for height, width in [(97, 41), (33, 120), (32, 32), (31, 37), (5, 7), (36, 36)]:
        ramp = np.add.outer(np.linspace(0, 127, height), np.linspace(0, 127, width))[..., None]
        made.append(
            (ramp * [1.0, 0.8, 0.5] + rng.uniform(0, 40, (height, width, 3))).clip(0, 255).astype(np.uint8)
        )
    made.append(np.repeat(rng.integers(0, 256, (40, 50, 1), dtype=np.uint8), 3, axis=2))
    return made
