"""Two things timed by turns in one process, so that a machine that is busy for a while slows down both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Work = Callable[[], object]


def seconds(work: Work) -> float:
    """Return how long one call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@dataclass
class Race:
    """Runs ours and a ceiling (or a peer) by turns, keeps the best of each, and leaves a row for the table.

    Args:
        benchmark: pytest-benchmark's fixture; it times ours and stores the row in its JSON file.
        row: the benchmark's name.
        at_most_rounds: of each.
    """

    benchmark: Any
    row: str
    at_most_rounds: int

    def run(
        self,
        ours: Work,
        ceiling: Work,
        *,
        what: str,
        against: str,
        wanted: float | None = None,
        share: float = 1.0,
        rounds: int = 5,
        **figures: object,
    ) -> float:
        """Time both; return the ratio, the ceiling's best time x `share` / our best time.

        Args:
            ours: what is judged.
            ceiling: what it is compared with.
            what: ours, in words, for the table.
            against: the ceiling, in words.
            wanted: the least ratio that is aimed at, None where there is no aim.
            share: how much of our work the ceiling does, where it does another amount.
            rounds: of each, after one to warm up.
            **figures: more to show in the table.
        """
        ceiling()
        ours()
        ceilings: list[float] = []
        self.benchmark.pedantic(
            ours, setup=lambda: ceilings.append(seconds(ceiling)), rounds=min(rounds, self.at_most_rounds)
        )
        best = float(self.benchmark.stats.stats.min)
        ratio = min(ceilings) * share / best
        self.benchmark.extra_info.update(
            row=self.row,
            what=what,
            against=against,
            seconds=best,
            ceiling_seconds=min(ceilings),
            ratio=ratio,
            wanted=wanted,
            figures=figures,
        )
        return ratio

    def alone(
        self, ours: Work, *, what: str, at_most: float | None = None, rounds: int = 5, **figures: object
    ) -> float:
        """Time ours alone; return its best time in seconds, which is wanted to be below `at_most`."""
        ours()
        self.benchmark.pedantic(ours, rounds=min(rounds, self.at_most_rounds))
        best = float(self.benchmark.stats.stats.min)
        self.note(what=what, seconds=best, at_most=at_most, figures=figures)
        return best

    def note(self, **entries: Any) -> None:
        """Leave a row for the table."""
        self.benchmark.extra_info.update(row=self.row, **entries)
