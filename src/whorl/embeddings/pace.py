"""How fast a piece of work goes on, and when it will be done."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_WINDOW_SECONDS = 60.0
_UNSURE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How much was done at one moment.

    Attributes:
        seconds: since whenever.
        count: units done.
    """

    seconds: float
    count: int


def steady_rate(marks: Sequence[Mark]) -> float:
    """Return units per second over the later half of the marks of a run, 0 where nothing is known.

    The beginning is left out: the first batch pays for warming up, and those after it were prepared meanwhile.

    >>> steady_rate([Mark(0, 0), Mark(9, 10), Mark(10, 20), Mark(11, 30)])
    10.0
    """
    first = marks[max(1, (len(marks) - 1) // 2)] if len(marks) > 2 else marks[0]
    return _rate(first, marks[-1])


def _rate(first: Mark, last: Mark) -> float:
    seconds = last.seconds - first.seconds
    return (last.count - first.count) / seconds if seconds > 0 else 0.0


class Pace:
    """Units per second over the last minute, and the seconds left at that pace.

    Args:
        remaining: units to do.
        unit: what they are, for `text`.
    """

    def __init__(self, remaining: int, unit: str) -> None:
        self.remaining, self.unit = remaining, unit
        self._marks: deque[Mark] = deque([Mark(time.monotonic(), 0)])
        self._young = True

    def advance(self, count: int) -> None:
        """Count units done now."""
        self.remaining -= count
        now = time.monotonic()
        self._marks.append(Mark(now, self._marks[-1].count + count))
        while len(self._marks) > 2 and now - self._marks[1].seconds > _WINDOW_SECONDS:
            self._marks.popleft()
            self._young = False

    @property
    def rate(self) -> float:
        """Units per second; 0 before anything is known."""
        return steady_rate(self._marks) if self._young else _rate(self._marks[0], self._marks[-1])

    @property
    def known(self) -> bool:
        """Whether the rate is worth telling: one quick step is no more than warming up."""
        took = self._marks[-1].seconds - self._marks[0].seconds
        return self.rate > 0 and (len(self._marks) > 2 or took > _UNSURE_SECONDS)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the rest is done, None before anything is known."""
        return self.remaining / self.rate if self.known else None

    def text(self) -> str:
        """Return pace and time left in words."""
        left = self.seconds_left
        pace = f"{self.rate:.0f} {self.unit}/s" if self.rate >= 1 else f"{self.rate:.1g} {self.unit}/s"
        return f"{pace}, {'?' if left is None else duration(left)} left"


def duration(seconds: float) -> str:
    """Return seconds in words.

    >>> duration(3.2), duration(75), duration(7300)
    ('3 s', '1 min 15 s', '2 h 02 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"
