"""A place for a registry: a file, and a PostgreSQL database where one is named for the tests."""

import os

import pytest
from sqlalchemy import create_engine

from whorl.registry import Registry
from whorl.registry.place import Place
from whorl.registry.tables import METADATA

POSTGRESQL = os.environ.get("WHORL_TEST_POSTGRESQL")  # its whorl_ tables are emptied by the tests


@pytest.fixture(params=["file", "postgresql"])
def place(request, tmp_path):
    if request.param == "file":
        return tmp_path / "known.db"
    if not POSTGRESQL:
        pytest.skip("WHORL_TEST_POSTGRESQL names no database")
    engine = create_engine(Place.of(POSTGRESQL).url)
    METADATA.drop_all(engine)
    engine.dispose()
    return POSTGRESQL


@pytest.fixture
def registry(place):
    with Registry(place) as held:
        yield held


@pytest.fixture
def file(tmp_path):
    return tmp_path / "known.db"
