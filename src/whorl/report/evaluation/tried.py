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
    """Return each task's confusions: the default's at the largest size, the best method's of single pictures."""
    found = []
    for task in CLOSED:
        drawn = [each for each in evaluation.confusions if each.task == task and each.truth and each.answers]
        own = [each for each in drawn if each.method == evaluation.default]
        if own:
            found.append(max(own, key=lambda each: each.size))
        rates = [each for each in evaluation.rates if (each.task, each.size) == (task, 1)]
        if rates:
            best = max(rates, key=lambda each: each.value).method
            found += [each for each in drawn if (each.method, each.size) == (best, 1) and each not in found]
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
