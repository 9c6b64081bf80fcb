"""What all tests share."""

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# Machines differ in speed, and a shared one from minute to minute: no test hangs on time.
settings.register_profile("whorl", deadline=None)
settings.load_profile("whorl")

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """No test writes into the user's own cache folder."""
    os.environ["WHORL_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data beside the checkout; a test that asks for it is skipped without it."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the real data at {SHARED.name}/ beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """Labelled digits, 32 x 32: an .npz with 240 to learn from (train) and 120 held out (test)."""
    from sklearn.datasets import load_digits

    found = load_digits()
    pixels = (found.images[:360] * 15.9).astype(np.uint8).repeat(4, axis=1).repeat(4, axis=2)
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    labels = found.target[:360]
    np.savez(path, train=pixels[:240], train_labels=labels[:240], test=pixels[240:], test_labels=labels[240:])
    return path


@pytest.fixture(scope="session")
def tiny_zoo(digits, tmp_path_factory):
    """Two runs of all six architectures, two steps each, 40 pictures a model. Not to be written to.

    Test processes that run side by side take turns, and the second finds it built.
    """
    import torch

    from whorl.lab.zoo.build import build_zoo

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    alone = os.environ.get("PYTEST_XDIST_WORKER") is None
    place = tmp_path_factory.mktemp("zoo") if alone else tmp_path_factory.getbasetemp().parent / "zoo"
    try:
        with _turn(place.with_suffix(".lock")):
            return build_zoo(
                f"{digits}::train", place / "zoo", size="tiny", steps=2, runs=2, pictures=40, grids=0
            )
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def _turn(path):
    fcntl = pytest.importorskip("fcntl")
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
