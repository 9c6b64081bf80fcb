"""Settings of the whole process that several threads want changed for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ProcessWide:
    """A setting that the first who needs it changes, and the last who needed it puts back.

    Saving and restoring in each thread alone would restore, in the end, whatever another thread had set.

    Args:
        change: changes the setting, and returns what puts it back.

    >>> setting = []
    >>> def change():
    ...     setting.append("changed")
    ...     return setting.clear
    >>> changed = ProcessWide(change)
    >>> with changed.held(), changed.held():
    ...     setting
    ['changed']
    >>> setting
    []
    """

    def __init__(self, change: Callable[[], Callable[[], object]]) -> None:
        self._change = change
        self._lock = threading.Lock()
        self._holders = 0
        self._put_back: Callable[[], object] = lambda: None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the setting changed within the block."""
        with self._lock:
            if self._holders == 0:
                self._put_back = self._change()
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if self._holders == 0:
                    self._put_back()
