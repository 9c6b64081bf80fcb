"""Which pictures a command takes."""

import numpy as np
import pytest

from whorl import ImageError
from whorl.cli.some_pictures import open_some


def test_a_folder_with_one_archive_is_that_archive_and_with_two_it_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", np.zeros((3, 8, 8, 3), np.uint8))
    assert len(open_some(str(tmp_path), None, 0)) == 3
    np.savez(tmp_path / "b.npz", np.zeros((3, 8, 8, 3), np.uint8))
    with pytest.raises(ImageError):
        open_some(str(tmp_path), None, 0)
