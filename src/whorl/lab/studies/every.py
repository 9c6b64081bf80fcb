"""Whether all of several numbers lie above 0, where each was drawn anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whorl.lab.studies.result import Outcome, by_interval
from whorl.lab.studies.trends import Numbers, interval


@dataclass(frozen=True)
class Smallest:
    """The smallest of several numbers, and what is decided about all.

    Attributes:
        value: the smallest; NaN where one of them is.
        low, high: its own 95 % interval.
        outcome: "agrees" where the interval of every number lies above 0; "disagrees" where one of them, widened
            for how many there are (Bonferroni), lies below.
    """

    value: float
    low: float
    high: float
    outcome: Outcome


def every_above(values: Numbers, draws: Numbers) -> Smallest:
    """Test whether several numbers all lie above 0.

    That all intervals lie above 0 needs no correction: if one number were not above, its own interval alone would
    have to err.

    Args:
        values: (K,), as measured.
        draws: (K, B), each drawn anew.

    >>> every_above(np.array([1.0, 2.0]), np.array([[0.5, 1.5], [1.0, 3.0]])).outcome
    'agrees'
    """
    bounds = [interval(own) for own in draws]
    outcomes = [by_interval(low, high) for low, high in bounds]
    widened = [by_interval(*interval(own, tail=0.025 / len(draws))) for own in draws]
    outcome: Outcome = "not decided"
    if all(each == "agrees" for each in outcomes):
        outcome = "agrees"
    elif "disagrees" in widened:
        outcome = "disagrees"
    place = int(np.argmin(values))  # of NaN, should there be one
    return Smallest(float(values[place]), *bounds[place], outcome)
