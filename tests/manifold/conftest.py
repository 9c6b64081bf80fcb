"""Pictures that the tests of manifolds share."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def real():
    """40 random real pictures, uint8 (40, 8, 8, 3)."""
    return np.random.default_rng(1).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)


@pytest.fixture(scope="session")
def made():
    """9 other pictures, uint8 (9, 8, 8, 3)."""
    return np.random.default_rng(2).integers(0, 256, (9, 8, 8, 3), dtype=np.uint8)
