"""How far a long run is and how long it has yet to go, on stderr."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol

from whorl.embeddings.pace import Pace

_FIRST_LINE_SECONDS = 5.0
_LINE_EVERY_SECONDS = 30.0


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


class Bar:
    """A progress bar for a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None

    def begin(self, label: str, total: int, done: int, unit: str = "pictures") -> None:
        """See `Progress`."""
        from rich.console import Console
        from rich.markup import escape
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
        self._task = self._bar.add_task(escape(_printable(label)), total=total, completed=done, pace="")
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
        self._bar.console.print(_printable(text), markup=False, highlight=False)

    def end(self) -> None:
        """See `Progress`."""
        if self._bar is not None:
            self._bar.stop()


class Lines:
    """One line after five seconds and then every half minute, for logs."""

    def begin(self, label: str, total: int, done: int, unit: str = "pictures") -> None:
        """See `Progress`."""
        self._label, self._total, self._done, self._unit = label, total, done, unit
        self._pace = Pace(total - done, unit)
        self._next = time.monotonic() + _FIRST_LINE_SECONDS
        if total > done:
            note = f", {done:,} stored by an earlier run" if done else ""
            self._say(f"{_counted(total, unit)}{note}")

    def advance(self, count: int) -> None:
        """See `Progress`."""
        self._done += count
        self._pace.advance(count)
        if time.monotonic() >= self._next and self._done < self._total:
            self._next = time.monotonic() + _LINE_EVERY_SECONDS
            self._say(f"{self._done:,} of {self._total:,} {self._unit}, {self._pace.text()}")

    def expect(self, total: int) -> None:
        """See `Progress`."""
        self._total, self._pace.remaining = total, total - self._done

    def note(self, text: str) -> None:
        """See `Progress`."""
        self._say(text)

    def end(self) -> None:
        """See `Progress`."""
        self._say(f"{self._done:,} of {_counted(self._total, self._unit)} done")

    def _say(self, text: str) -> None:
        sys.stderr.write(_printable(f"{self._label}: {text}") + "\n")
        sys.stderr.flush()


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit.removesuffix('s') if count == 1 else unit}"


def _printable(text: str) -> str:
    """Return a text in which names that strangers chose can do nothing to a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def progress_for(wanted: bool | Progress | None) -> Progress:
    """Return what shows the progress: a bar on a terminal, lines elsewhere, nothing for False."""
    if wanted is None or wanted is False:
        return Silent()
    if wanted is not True:
        return wanted
    return Bar() if sys.stderr.isatty() else Lines()
