"""Taking turns on the processor: who reads pictures pauses while the encoder computes."""

from __future__ import annotations

import ctypes
import time
from typing import Any

_LOOK_EVERY_SECONDS = 0.001


class Turns:
    """A flag shared by processes: whether the readers may work.

    An encoder on the CPU uses every core, and its threads wait for each other at every operation: a reader that
    takes one core's time holds up all of them. In turns, all cores read and then all cores encode.

    Without a lock, so that a process that is killed leaves nobody waiting.

    Args:
        context: the `multiprocessing` context that starts the processes.
        apart: False lets the readers work all the time, as beside an accelerator.
    """

    def __init__(self, context: Any, *, apart: bool) -> None:
        self._apart = apart
        self._readers = context.RawValue(ctypes.c_bool, True)

    def to_readers(self) -> None:
        """Let the readers work."""
        self._readers.value = True

    def to_encoder(self) -> None:
        """Have the readers pause, each after the picture it is at."""
        self._readers.value = not self._apart

    def wait(self) -> None:
        """Return when a reader may work."""
        while not self._readers.value:
            time.sleep(_LOOK_EVERY_SECONDS)
