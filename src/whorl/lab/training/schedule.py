"""How far a training has come, from 0 to 1, and the learning rate there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Stretch:
    """A plan from one step on: from `progress` at step `start`, evenly to 1 at step `end`."""

    start: int
    progress: float
    end: int

    def at(self, step: int) -> float:
        """Return the progress at a step."""
        return self.progress + (1 - self.progress) * (step - self.start) / (self.end - self.start)


class Schedule:
    """The plans made so far; the last one counts.

    With a number of epochs there is one plan. With a number of minutes the rest is planned anew as the pace
    becomes known. The plans are all that the clock decides: the same plans give the same training.

    Args:
        stretches: the plans, oldest first.

    >>> schedule = Schedule([Stretch(0, 0.0, 100)])
    >>> schedule.replan(Stretch(50, 0.5, 75))
    >>> schedule.progress(60), schedule.end
    (0.7, 75)
    """

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self.stretches = list(stretches)

    @property
    def end(self) -> int:
        """The step at which training is finished, as planned now."""
        return self.stretches[-1].end

    def progress(self, step: int) -> float:
        """Return how far the training has come at a step, 0 to 1."""
        return self.stretches[-1].at(step)

    def replan(self, stretch: Stretch) -> None:
        """Go on along another plan, which begins at the present step."""
        self.stretches.append(stretch)


def learning_rate(progress: float, highest: float, warmup: float) -> float:
    """Return the learning rate: up evenly during the warm-up, then down to 0 along a cosine.

    >>> [round(learning_rate(p, 1.0, 0.1), 3) for p in (0.0, 0.05, 0.1, 0.55, 1.0)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if progress < warmup:
        return highest * progress / warmup
    return (
        highest * (1 + math.cos(math.pi * (progress - warmup) / (1 - warmup))) / 2 if warmup < 1 else highest
    )
