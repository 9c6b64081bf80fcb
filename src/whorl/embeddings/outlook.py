"""Saying early in a run of several steps how long all of it will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from whorl.embeddings.pace import Mark, duration, steady_rate
from whorl.embeddings.progress import Progress

_MEASURED_SECONDS = 2.0
_BATCHES = 3
_WORTH_SAYING_SECONDS = 8.0


class Outlook:
    """A `Progress` that passes all on and, once the first pictures tell the pace, says when it will be done.

    The pace is that of the run itself, after its first batch. Short runs are left uncommented.

    Args:
        shown: what shows the progress.
        sets: how many pictures each set has, by its label; those that have not begun yet count in full.
        afterwards: gives the seconds that follow the encoding. It may take a moment to find out: it is asked once,
            before the first set begins and the clock runs.

    >>> from whorl.embeddings.progress import Silent
    >>> outlook = Outlook(Silent(), {"train": 50_000, "test": 10_000}, afterwards=lambda: 30.0)
    >>> outlook.begin("train", 50_000, 0)
    """

    def __init__(
        self,
        shown: Progress,
        sets: Mapping[str, int] | None = None,
        *,
        afterwards: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._shown, self._later, self._afterwards = shown, dict(sets or {}), afterwards
        self._after: float | None = None
        self._marks: list[Mark] = []
        self._left = 0
        self._measured = self._said = False

    def begin(self, label: str, total: int, done: int, unit: str = "pictures") -> None:
        """See `Progress`."""
        if self._after is None:
            self._after = self._afterwards()
        self._later.pop(label, None)
        self._left = total - done + sum(self._later.values())
        self._marks = [Mark(time.monotonic(), 0)]
        self._shown.begin(label, total, done, unit)
        if unit != "pictures" and not self._said:
            self._measured = self._said = True
            self._say(0.0)

    def advance(self, count: int) -> None:
        """See `Progress`."""
        self._shown.advance(count)
        if not self._measured:
            self._left -= count
            self._marks.append(Mark(time.monotonic(), self._marks[-1].count + count))
            self._measure()

    def expect(self, total: int) -> None:
        """See `Progress`."""
        self._shown.expect(total)

    def note(self, text: str) -> None:
        """See `Progress`."""
        self._shown.note(text)

    def end(self) -> None:
        """See `Progress`."""
        self._shown.end()

    def _measure(self) -> None:
        measured = self._marks[-1].seconds - self._marks[1].seconds
        pace = steady_rate(self._marks)
        if measured >= _MEASURED_SECONDS and len(self._marks) > _BATCHES and pace:
            self._measured = True
            encoding = self._left / pace
            if encoding >= _WORTH_SAYING_SECONDS:
                self._said = True
                self._say(encoding)

    def _say(self, encoding: float) -> None:
        after = self._after or 0.0
        if encoding + after < _WORTH_SAYING_SECONDS:
            return
        parts = (
            f": {duration(encoding)} of encoding, {duration(after)} of fitting" if encoding and after else ""
        )
        self._shown.note(f"the rest will take about {duration(encoding + after)}{parts}")
