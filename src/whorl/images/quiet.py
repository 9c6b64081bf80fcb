"""Pillow's warnings, kept from the user while Whorl decodes.

What matters in them (a bomb, a damaged picture) Whorl says itself, as an `ImageError`.
"""

from __future__ import annotations

import contextlib
import os
import threading
import warnings
from collections.abc import Iterator


class _Quiet:
    """Counts the threads inside: `warnings.catch_warnings` itself loses the filters when two overlap."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._saved = warnings.catch_warnings()

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._saved = warnings.catch_warnings()
                self._saved.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\b")

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._saved.__exit__(None, None, None)


_quiet = _Quiet()
if hasattr(os, "register_at_fork"):
    # Threads that were inside do not exist in the child, so nobody would ever leave.
    os.register_at_fork(after_in_child=_quiet.forget)


@contextlib.contextmanager
def quiet_pillow() -> Iterator[None]:
    """Ignore what Pillow warns of inside the block; safe from several threads at once."""
    _quiet.enter()
    try:
        yield
    finally:
        _quiet.leave()
