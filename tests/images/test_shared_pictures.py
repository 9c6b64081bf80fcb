"""The project's real data, as it lies."""

import numpy as np
import pytest

from whorl.checks import check_image_source
from whorl.errors import ImageError
from whorl.images import open_images

pytestmark = pytest.mark.shared


def test_cifar10_as_parquet(shared_data):
    source = open_images(shared_data / "cifar10" / "test.parquet")
    assert len(source) == 10_000
    assert source.ids[0] == "airplane/0000.jpg"
    assert source[9999].shape == (32, 32, 3)
    check_image_source(source)
    with pytest.raises(ImageError, match="several splits"):
        open_images(shared_data / "cifar10")
    assert len(open_images(shared_data / "cifar10" / "t*.parquet")) == 60_000


def test_arrays_of_one_file_are_named(shared_data):
    path = shared_data / "cifar10-exact.npz"
    with pytest.raises(ImageError, match=r"several arrays.*cifar10-exact\.npz::train"):
        open_images(path)
    test = open_images(f"{path}::test")
    with np.load(path) as arrays:
        np.testing.assert_array_equal(np.stack(list(test)), arrays["test"])
    digits = open_images(f"{shared_data}/mnist.npz::train")
    assert len(digits) == 60_000
    assert digits[0].shape == (28, 28, 3)


def test_every_generated_set_opens(shared_data):
    paths = sorted((shared_data / "generated").glob("*/*/*.npz"))
    assert len(paths) >= 20
    for path in paths:
        source = open_images(path)
        with np.load(path) as arrays:
            assert len(source) == len(arrays["arr_0"])
    check_image_source(source)
