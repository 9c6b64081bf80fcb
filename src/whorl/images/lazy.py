"""Values that a process makes for itself when they are first needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """A value made on first use by one thread while others wait; pickling takes only the recipe along.

    Args:
        make: a picklable function without arguments, such as a `functools.partial` of a module's function.
        keep_after_fork: whether a child process may go on with its parent's value. True for memory maps;
            False for what has a file position or a lock.

    >>> Lazy(list).get()
    []
    """

    def __init__(self, make: Callable[[], T], *, keep_after_fork: bool = False) -> None:
        self._make = make
        self._keep = keep_after_fork
        self._made: list[T] = []
        self._reset()

    def _reset(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()

    def get(self) -> T:
        """Return the value, made now if it was not yet."""
        if self._process != os.getpid():
            # The parent's lock may have been held by a thread that does not exist in this process.
            if not self._keep:
                self._made = []
            self._reset()
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def __getstate__(self) -> dict[str, Any]:
        return {"make": self._make, "keep": self._keep}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._make, self._keep, self._made = state["make"], state["keep"], []
        self._reset()
