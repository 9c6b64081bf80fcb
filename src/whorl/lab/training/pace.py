"""When a training of so many minutes will end, counted in steps."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from whorl.lab.training.schedule import Stretch

_EVERY_SECONDS = 30.0
_FIRST_SECONDS = 8.0
_WINDOW = 6


class Pace:
    """Steps per second over the last minutes, without the time that goes into other things.

    Args:
        seconds: what the training may take, over all its runs.
        spent: what earlier runs took.
        step: the step at which this run begins.
        clock: seconds from anywhere.
    """

    def __init__(
        self, seconds: float, spent: float, step: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock, self._seconds = clock, seconds
        self._begin = clock() - spent
        self._marks: deque[tuple[float, int]] = deque([(clock(), step)], maxlen=_WINDOW)

    @property
    def spent(self) -> float:
        """Seconds taken so far, by all runs."""
        return self._clock() - self._begin

    def skip(self, seconds: float) -> None:
        """Leave out the last so many seconds, in which no step was taken."""
        self._marks = deque(((when + seconds, step) for when, step in self._marks), maxlen=_WINDOW)

    def replanned(self, step: int, *, reserve: float) -> Stretch | None:
        """Return the way from here to the end, if it is time to plan anew, else None.

        Progress is the share of time gone, so that a plan made in a bad minute does no lasting harm.

        Args:
            step: steps taken.
            reserve: seconds that other things will take.
        """
        when, first = self._marks[-1]
        wait = _FIRST_SECONDS if len(self._marks) == 1 else _EVERY_SECONDS
        if step == first or self._clock() - when < wait:
            return None
        self._marks.append((self._clock(), step))
        when, first = self._marks[0]
        rate = (step - first) / max(self._clock() - when, 1e-9)
        left = max(0.0, self._seconds - self.spent - reserve)
        gone = self.spent / max(self.spent + left, 1e-9)
        return Stretch(step, min(gone, 1.0), step + max(1, int(left * rate)))
