"""What all tests share."""

import os
from pathlib import Path

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
