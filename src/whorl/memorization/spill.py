"""Arrays too large to stay in memory together."""

from __future__ import annotations

import tempfile

import numpy as np
from numpy.typing import NDArray

from whorl.errors import StorageError


def spilled(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the same numbers as a read-only memory map of a temporary file.

    The file has no name: the system takes it away with the last reference to it, however the process ends.

    Raises:
        StorageError: the temporary folder is full.

    >>> import numpy as np
    >>> spilled(np.eye(2, dtype=np.float32)).sum(), spilled(np.zeros((3, 1), np.float32)).flags.writeable
    (np.float32(2.0), False)
    """
    try:
        with tempfile.TemporaryFile(prefix="whorl-") as file:
            file.write(np.ascontiguousarray(array).data)
            file.flush()
            return np.memmap(file, dtype=array.dtype, mode="r", shape=array.shape)
    except OSError as error:
        raise StorageError(
            f"could not write {array.nbytes:,} bytes to {tempfile.gettempdir()}: {error.strerror or error}. Point "
            "TMPDIR to a folder with more room; when fitting, a larger --memory (memory) needs none."
        ) from error
