import pytest
from storing import files_of, some_pictures


@pytest.fixture
def pictures():
    return some_pictures()


@pytest.fixture
def files(pictures):
    return files_of(pictures)
