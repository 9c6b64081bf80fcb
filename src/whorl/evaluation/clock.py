"""How long each kind of work takes."""

from __future__ import annotations

from collections import defaultdict


class Clock:
    """Seconds spent on each kind of work, and how often it was done."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._times: dict[str, int] = defaultdict(int)

    def add(self, name: str, seconds: float) -> None:
        """Count one piece of work.

        >>> clock = Clock()
        >>> clock.add("train", 2.0)
        >>> clock.add("train", 4.0)
        >>> clock.means()
        {'train': 3.0}
        """
        self._seconds[name] += seconds
        self._times[name] += 1

    def means(self) -> dict[str, float]:
        """Return the mean seconds of each kind of work."""
        return {name: total / self._times[name] for name, total in self._seconds.items()}
