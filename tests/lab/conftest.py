"""A small set of labelled pictures that can be learnt in seconds."""

import numpy as np
import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Small tensors are slower on more threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def coloured(tmp_path_factory):
    """96 noisy pictures 8 x 8, of three brightnesses, as .npz with labels."""
    rng = np.random.default_rng(0)
    labels = np.arange(96) % 3
    pixels = rng.integers(0, 90, (96, 8, 8, 3)) + 80 * labels[:, None, None, None]
    path = tmp_path_factory.mktemp("lab") / "coloured.npz"
    np.savez(path, x=pixels.astype(np.uint8), x_labels=labels)
    return path


@pytest.fixture(scope="session")
def blobs(tmp_path_factory):
    """24 pictures 20 x 14 of two classes, a bright disc on a dark ground, as .npz with labels."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:14, :20]
    centres = rng.uniform(4, 10, (24, 2))
    inside = (y - centres[:, :1, None]) ** 2 + (x - centres[:, 1:, None]) ** 2 < 16
    colours = np.where(np.arange(24)[:, None] % 2, (250, 60, 20), (30, 90, 250))
    pixels = np.where(inside[..., None], colours[:, None, None], rng.integers(0, 40, (24, 14, 20, 3)))
    path = tmp_path_factory.mktemp("blobs") / "blobs.npz"
    np.savez(path, x=pixels.astype(np.uint8), x_labels=np.arange(24) % 2)
    return path


@pytest.fixture(scope="session")
def tiny_recipe():
    """Size tiny on pictures 16 x 16, three steps to an epoch of `blobs`."""
    from whorl.lab.generators.recipe import recipe_for

    def make(architecture="ddpm", **changes):
        values = {"image_size": 16, "batch_size": 8, "flips": True}
        if not {"epochs", "steps", "minutes"} & changes.keys():
            values["epochs"] = 3
        return recipe_for(architecture, "tiny", **{**values, **changes})

    return make


@pytest.fixture(scope="session")
def tiny_ddpm(blobs, tiny_recipe, tmp_path_factory):
    """A DDPM of size tiny, trained without interruption; epochs 1 and 3 kept."""
    from whorl.lab.generators.train import train_generator

    folder = tmp_path_factory.mktemp("tiny") / "ddpm"
    return train_generator(blobs, folder, recipe=tiny_recipe(), keep_epochs=(1, 3), grids=2)
