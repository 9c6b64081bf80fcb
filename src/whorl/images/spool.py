"""Unpacked copies of compressed collections, in temporary files without a name."""

from __future__ import annotations

import tempfile
from typing import IO

from whorl.errors import ImageError

MAX_UNPACKED_BYTES = 64 << 30
"""How much one compressed file may unpack to on disk."""

_CHUNK = 1 << 20


def temporary() -> IO[bytes]:
    """Return an open temporary file that vanishes with its last handle or mapping."""
    return tempfile.TemporaryFile(prefix="whorl-")


def check_unpacked(size: int) -> None:
    """Refuse to unpack more than `MAX_UNPACKED_BYTES`.

    Raises:
        ImageError: it would be more.
    """
    if size > MAX_UNPACKED_BYTES:
        raise ImageError(
            f"it unpacks to more than {MAX_UNPACKED_BYTES:,} bytes; unpack it yourself and give the result"
        )


def copy_exactly(source: IO[bytes], target: IO[bytes], size: int) -> None:
    """Copy `size` bytes in chunks.

    Raises:
        ImageError: the source ends before.
    """
    left = size
    while left:
        chunk = source.read(min(left, _CHUNK))
        if not chunk:
            raise ImageError(f"it ends {left:,} bytes early: truncated")
        target.write(chunk)
        left -= len(chunk)
