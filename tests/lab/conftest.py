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
