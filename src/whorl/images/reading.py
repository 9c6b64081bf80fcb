"""Reading stored bytes without trusting the sizes that a file declares."""

from __future__ import annotations

import stat
from pathlib import Path

from whorl.errors import ImageError

MAX_ENTRY_BYTES = 512 << 20
"""The largest stored picture that is read at all; more is taken for damage or an attack."""


def check_size(size: int) -> None:
    """Refuse a stored size that no picture has.

    Raises:
        ImageError: more than `MAX_ENTRY_BYTES`.
    """
    if size > MAX_ENTRY_BYTES:
        raise ImageError(f"it is {size:,} bytes, more than the limit of {MAX_ENTRY_BYTES:,} for one picture")


def read_file(path: Path) -> bytes:
    """Return the bytes of one picture file.

    Raises:
        ImageError: it is larger than `MAX_ENTRY_BYTES`, or no regular file.
        OSError: it cannot be read.
    """
    status = path.stat()
    # Opening a named pipe would wait for ever, and a device has no end.
    if not stat.S_ISREG(status.st_mode):
        raise ImageError("it is no regular file")
    check_size(status.st_size)
    with path.open("rb") as file:
        return file.read(status.st_size)


def read_span(path: Path, offset: int, size: int) -> bytes:
    """Return `size` bytes of a file from `offset`.

    The file is opened anew for each picture: that costs far less than decoding, needs no lock, survives
    pickling and forks, and a thousand shards never use up the process's file handles.

    Raises:
        ImageError: the file ends before, or the size is beyond `MAX_ENTRY_BYTES`.
        OSError: it cannot be read.
    """
    check_size(size)
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(size)
    if len(data) < size:
        raise ImageError("the archive ends before this picture does; it was cut short after it was opened")
    return data
