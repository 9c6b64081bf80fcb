"""Keeping the memory of one batch for the next: malloc would hand it back to the system and ask for it again.

An encoder's intermediate results are just large enough that glibc returns them at every batch. For small pictures
a quarter of the time is then spent on the system's clearing of pages that were in use a moment ago.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

from whorl.process_wide import ProcessWide

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
_MMAP_WANTED = (256 << 20, 32 << 20)
"""What is asked for in turn: older versions of glibc refuse more than 32 MB."""
_TRIM_WHILE_KEPT = 1 << 30
# Where glibc's own adjusting ends in a process that has handled large arrays.
_MMAP_AFTERWARDS, _TRIM_AFTERWARDS = 32 << 20, 64 << 20


def memory_kept() -> AbstractContextManager[None]:
    """Keep what is freed within the block, and hand it back after.

    Nothing is done without glibc, nor where the user has set malloc's thresholds. After the first block they are
    fixed at 32 and 64 MB, where glibc's own adjusting ends: it cannot be switched on again.
    """
    return _kept.held()


def _keep() -> Callable[[], object]:
    libc = _glibc()
    # Asked first: once any threshold is set, glibc no longer adjusts the others.
    if libc is None or not any(libc.mallopt(_MMAP_THRESHOLD, size) for size in _MMAP_WANTED):
        return lambda: None
    libc.mallopt(_TRIM_THRESHOLD, _TRIM_WHILE_KEPT)

    def hand_back() -> None:
        libc.mallopt(_MMAP_THRESHOLD, _MMAP_AFTERWARDS)
        libc.mallopt(_TRIM_THRESHOLD, _TRIM_AFTERWARDS)
        libc.malloc_trim(0)

    return hand_back


_kept = ProcessWide(_keep)


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux" or _set_by_the_user():
        return None
    libc = ctypes.CDLL(None)
    # Another C library has no mallopt, or one that takes these numbers for something else.
    return libc if hasattr(libc, "gnu_get_libc_version") else None


def _set_by_the_user() -> bool:
    named = any(f"MALLOC_{name}_THRESHOLD_" in os.environ for name in ("MMAP", "TRIM"))
    return named or "glibc.malloc" in os.environ.get("GLIBC_TUNABLES", "")
