"""Ending a long run between two steps when it is asked to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StoppedError(KeyboardInterrupt):
    """A run that a signal asked to stop has put down its checkpoint and ended.

    A KeyboardInterrupt, whatever the signal, for whoever calls a training from Python; `whorl` itself ends with
    128 + `number`.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


class StopRequest:
    """Whether a run was asked to stop, and by which signal."""

    def __init__(self) -> None:
        self._arrived: int | None = None

    def __call__(self) -> bool:
        """Tell whether SIGTERM or Ctrl-C has arrived."""
        return self._arrived is not None

    def stop(self) -> None:
        """End the run, if it was asked to stop.

        Raises:
            StoppedError: it was.
        """
        if self._arrived is not None:
            raise StoppedError(self._arrived)

    def note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature is Python's
        """Remember a signal; the second one ends the run at once."""
        self.stop()
        self._arrived = number


@contextmanager
def stop_requested() -> Iterator[StopRequest]:
    """Yield what tells whether SIGTERM or Ctrl-C has arrived since; a second one stops at once.

    Elsewhere than in the main thread signals cannot be caught, and it always says no.

    >>> with stop_requested() as asked:
    ...     asked()
    False
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, request.note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
