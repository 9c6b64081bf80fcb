"""How far a zoo is, and how long all of it has yet to go."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from whorl.embeddings import Progress, duration


@dataclass(frozen=True)
class Work:
    """One piece of a zoo's work.

    Attributes:
        model: its name.
        architecture: decides the pace.
        kind: train or draw.
    """

    model: str
    architecture: str
    kind: str


@dataclass
class _Spent:
    seconds: float = 0.0
    units: int = 0


class ZooClock:
    """Seconds left for all of a zoo, from the pace of each architecture so far.

    An architecture not met yet goes by the mean pace of the others.

    Args:
        left: steps or pictures of each piece of work.
        now: seconds since whenever.

    >>> moments = iter([0.0, 20.0])
    >>> one, two = (Work(name, name, "train") for name in ("sngan", "ddpm"))
    >>> clock = ZooClock({one: 4, two: 10}, now=lambda: next(moments))
    >>> clock.seconds_left is None
    True
    >>> clock.begin(one, 4)
    >>> clock.advance(2)
    >>> clock.seconds_left
    120.0
    """

    def __init__(self, left: Mapping[Work, int], *, now: Callable[[], float] = time.monotonic) -> None:
        self._left, self._now = dict(left), now
        self._spent: dict[tuple[str, str], _Spent] = {}
        self._work, self._since = Work("", "", ""), 0.0

    def begin(self, work: Work, units: int) -> None:
        """Start a piece of work, of which so many units are left."""
        self._work, self._left[work], self._since = work, units, self._now()

    def advance(self, count: int) -> None:
        """Count units of it done since the last call."""
        now = self._now()
        spent = self._spent.setdefault((self._work.kind, self._work.architecture), _Spent())
        spent.seconds, spent.units, self._since = spent.seconds + now - self._since, spent.units + count, now
        self._left[self._work] -= count

    @property
    def seconds_left(self) -> float | None:
        """For all of the work; None until the pace of a training is known."""
        if any(left and work.kind == "train" for work, left in self._left.items()) and not self._rates(
            "train"
        ):
            return None
        return sum(left * self._rate(work) for work, left in self._left.items() if left)

    def _rate(self, work: Work) -> float:
        rates = self._rates(work.kind)
        mean = sum(rates.values()) / max(1, len(rates))
        return rates.get(work.architecture, mean)

    def _rates(self, kind: str) -> dict[str, float]:
        return {
            architecture: spent.seconds / spent.units
            for (what, architecture), spent in self._spent.items()
            if what == kind and spent.units
        }


@dataclass
class ZooProgress:
    """Shows each piece of work with its place in the zoo, and the time left for the whole.

    Attributes:
        shown: what shows it.
        clock: what has been done.
        work: the piece that is next, or under way.
        place: such as "3 of 18".
    """

    shown: Progress
    clock: ZooClock
    work: Work = field(default_factory=lambda: Work("", "", ""))
    place: str = ""

    def begin(self, label: str, total: int, done: int, unit: str = "pictures") -> None:
        """See `whorl.embeddings.Progress`."""
        self.clock.begin(self.work, total - done)
        self.shown.begin(f"model {self.place}, {self.work.model}: {label}", total, done, unit)

    def advance(self, count: int) -> None:
        """See `whorl.embeddings.Progress`."""
        self.clock.advance(count)
        self.shown.advance(count)

    def expect(self, total: int) -> None:
        """See `whorl.embeddings.Progress`."""
        self.shown.expect(total)

    def note(self, text: str) -> None:
        """See `whorl.embeddings.Progress`; the time left for the whole zoo stands behind it."""
        left = self.clock.seconds_left
        self.shown.note(text if left is None else f"{text}; the whole zoo: about {duration(left)} left")

    def end(self) -> None:
        """See `whorl.embeddings.Progress`."""
        left = self.clock.seconds_left
        if left:
            self.shown.note(f"the whole zoo: about {duration(left)} left")
        self.shown.end()
