"""Keeping the memory of one batch for the next: malloc would hand it back to the system and ask for it again.

An encoder's intermediate results are just large enough that glibc returns them at every batch. For small pictures
a quarter of the time is then spent on the system's clearing of pages that were in use a moment ago.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
import threading
from collections.abc import Iterator

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
_WHILE_KEPT = (1 << 30, 256 << 20)
# Where glibc's own adjusting ends in a process that has handled large arrays.
_AFTERWARDS = (64 << 20, 32 << 20)


class _Heap:
    """Counts the threads that want memory kept: the setting is the process's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0

    def keep(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                _set(*_WHILE_KEPT)

    def release(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                _set(*_AFTERWARDS)
                _hand_back()


_heap = _Heap()


@contextlib.contextmanager
def memory_kept() -> Iterator[None]:
    """Keep what is freed within the block, and hand it back after; without glibc it does nothing."""
    _heap.keep()
    try:
        yield
    finally:
        _heap.release()


def _set(trim: int, mmap: int) -> None:
    if (libc := _glibc()) is not None:
        libc.mallopt(_TRIM_THRESHOLD, trim)
        libc.mallopt(_MMAP_THRESHOLD, mmap)


def _hand_back() -> None:
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    # Another C library has no mallopt, or one that takes these numbers for something else.
    return libc if hasattr(libc, "gnu_get_libc_version") else None
