"""What of an evaluation there is to show."""

from __future__ import annotations

import math

from whorl.evaluation.results import Confusion, Evaluation, Task

CLOSED: tuple[Task, ...] = ("new-pictures", "new-run", "other-data-set")


def tasks_with_rates(evaluation: Evaluation) -> tuple[Task, ...]:
    """Return the tasks in which a known one was to be named and some method was tried."""
    tried = {rate.task for rate in evaluation.rates}
    return tuple(task for task in CLOSED if task in tried)


def main_confusions(evaluation: Evaluation) -> tuple[Confusion, ...]:
    """Return the default method's confusion at the largest size of each task."""
    found = []
    for task in CLOSED:
        own = [
            each
            for each in evaluation.confusions
            if (each.task, each.method) == (task, evaluation.default) and each.truth and each.answers
        ]
        if own:
            found.append(max(own, key=lambda each: each.size))
    return tuple(found)


def has_positions(evaluation: Evaluation) -> bool:
    """Return whether there is a set to draw on the map."""
    return any(all(map(math.isfinite, each.position)) for each in evaluation.sets)


def has_curves(evaluation: Evaluation) -> bool:
    """Return whether any set has a C_T-layer curve."""
    return any(value is not None for each in evaluation.sets for value in each.c_t)


def has_distances(evaluation: Evaluation) -> bool:
    """Return whether there are distances between the curves of at least two sets."""
    count = len(evaluation.sets)
    found = [value for row in evaluation.curve_distances for value in row if value is not None]
    return count > 1 and len(evaluation.curve_distances) == count and bool(found)
