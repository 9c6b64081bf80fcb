"""How far a long run is and how long it has yet to go, on stderr."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import Any, Protocol

_LINE_EVERY_SECONDS = 30.0
_WINDOW_SECONDS = 60.0


class Progress(Protocol):
    """Told about each step of a long piece of work; shows it or not."""

    def begin(self, label: str, total: int, done: int, unit: str = "pictures") -> None:
        """Start counting `total` units, `done` of them stored by an earlier run."""
        ...

    def advance(self, count: int) -> None:
        """Count units done since the last call."""
        ...

    def expect(self, total: int) -> None:
        """Count towards another total from now on."""
        ...

    def note(self, text: str) -> None:
        """Say something worth keeping, on a line of its own."""
        ...

    def end(self) -> None:
        """Stop, finished or not."""
        ...


class Silent:
    """Shows nothing."""

    def begin(self, label: str, total: int, done: int, unit: str = "pictures") -> None:
        """See `Progress`."""

    def advance(self, count: int) -> None:
        """See `Progress`."""

    def expect(self, total: int) -> None:
        """See `Progress`."""

    def note(self, text: str) -> None:
        """See `Progress`."""

    def end(self) -> None:
        """See `Progress`."""


class Pace:
    """Units per second over the last minute, and the seconds left at that pace."""

    def __init__(self, remaining: int, unit: str) -> None:
        self.remaining, self.unit = remaining, unit
        self._marks: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])

    def advance(self, count: int) -> None:
        """Count units done now."""
        self.remaining -= count
        now = time.monotonic()
        self._marks.append((now, self._marks[-1][1] + count))
        while len(self._marks) > 2 and now - self._marks[1][0] > _WINDOW_SECONDS:
            self._marks.popleft()

    @property
    def rate(self) -> float:
        """Units per second; 0 before anything is known."""
        (t0, n0), (t1, n1) = self._marks[0], self._marks[-1]
        return (n1 - n0) / (t1 - t0) if t1 > t0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the rest is done, None before anything is known."""
        return self.remaining / self.rate if self.rate > 0 else None

    def text(self) -> str:
        """Return pace and time left in words."""
        left = self.seconds_left
        pace = f"{self.rate:.0f} {self.unit}/s" if self.rate >= 1 else f"{self.rate:.1g} {self.unit}/s"
        return f"{pace}, {'?' if left is None else duration(left)} left"


class Bar:
    """A progress bar for a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None

    def begin(self, label: str, total: int, done: int, unit: str = "pictures") -> None:
        """See `Progress`."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._pace = Pace(total - done, unit)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pace]}"),
        )
        self._bar = RichProgress(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task(label, total=total, completed=done, pace="")
        self._bar.start()

    def advance(self, count: int) -> None:
        """See `Progress`."""
        self._pace.advance(count)
        self._bar.update(self._task, advance=count, pace=self._pace.text())

    def expect(self, total: int) -> None:
        """See `Progress`."""
        task = self._bar.tasks[self._task]
        self._pace.remaining = total - int(task.completed)
        self._bar.update(self._task, total=total)

    def note(self, text: str) -> None:
        """See `Progress`."""
        self._bar.console.print(text, markup=False, highlight=False)

    def end(self) -> None:
        """See `Progress`."""
        if self._bar is not None:
            self._bar.stop()


class Lines:
    """One line every half minute, for logs."""

    def begin(self, label: str, total: int, done: int, unit: str = "pictures") -> None:
        """See `Progress`."""
        self._label, self._total, self._done, self._unit = label, total, done, unit
        self._pace = Pace(total - done, unit)
        self._told = time.monotonic()
        if total > done:
            note = f", {done:,} stored by an earlier run" if done else ""
            self._say(f"{total:,} {unit}{note}")

    def advance(self, count: int) -> None:
        """See `Progress`."""
        self._done += count
        self._pace.advance(count)
        if time.monotonic() - self._told >= _LINE_EVERY_SECONDS and self._done < self._total:
            self._told = time.monotonic()
            self._say(f"{self._done:,} of {self._total:,} {self._unit}, {self._pace.text()}")

    def expect(self, total: int) -> None:
        """See `Progress`."""
        self._total, self._pace.remaining = total, total - self._done

    def note(self, text: str) -> None:
        """See `Progress`."""
        self._say(text)

    def end(self) -> None:
        """See `Progress`."""
        self._say(f"{self._done:,} of {self._total:,} {self._unit} done")

    def _say(self, text: str) -> None:
        sys.stderr.write(f"{self._label}: {text}\n")
        sys.stderr.flush()


def progress_for(wanted: bool | Progress | None) -> Progress:
    """Return what shows the progress: a bar on a terminal, lines elsewhere, nothing for False."""
    if wanted is None or wanted is False:
        return Silent()
    if wanted is not True:
        return wanted
    return Bar() if sys.stderr.isatty() else Lines()


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
