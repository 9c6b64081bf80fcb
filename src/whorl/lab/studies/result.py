"""What a study found: claims that were tested, and panels to draw, all as numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from whorl.lab.studies.panels import Panel

SCHEMA = "whorl-study/1"
LEVEL = 0.05

Outcome = Literal["agrees", "disagrees", "not decided"]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A sentence of the paper, and what was measured of it.

    Attributes:
        says: the claim, as a sentence.
        where: its place in the paper.
        about: what it was tested on.
        measure: what `value` is.
        value: what was measured; NaN where it could not be.
        low, high: its 95 % interval, where there is one.
        p_value: one-sided, for the claim, where there is a test.
        published: the same number of the paper's own curves, where they are public.
        published_meets: whether that number is as the claim has it.
        outcome: "agrees" or "disagrees" where interval or test decide, else "not decided".
    """

    says: str
    where: str
    about: str
    measure: str
    value: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    published: float | None = None
    published_meets: bool | None = None
    outcome: Outcome

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values; None for what is no finite number."""
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(self).items()
        }


def by_interval(low: float, high: float, *, beyond: float = 0.0, above: bool = True) -> Outcome:
    """Return whether an interval lies wholly on the side of a value that a claim names.

    An interval without width, or of NaN, decides nothing.

    Args:
        low: the interval's lower end.
        high: its upper end.
        beyond: the value.
        above: whether the claim says that the number lies above it.

    >>> by_interval(0.1, 2.0), by_interval(-1.0, 1.0), by_interval(0.1, 2.0, above=False)
    ('agrees', 'not decided', 'disagrees')
    """
    if low == high:
        return "not decided"
    if low > beyond:
        return "agrees" if above else "disagrees"
    if high < beyond:
        return "disagrees" if above else "agrees"
    return "not decided"


def by_p_values(for_it: float, against_it: float) -> Outcome:
    """Return what two one-sided tests at 5 % decide: for the claim, against it, or nothing.

    >>> by_p_values(0.01, 1.0), by_p_values(0.5, 0.6), by_p_values(1.0, 0.02)
    ('agrees', 'not decided', 'disagrees')
    """
    if for_it <= LEVEL:
        return "agrees"
    return "disagrees" if against_it <= LEVEL else "not decided"


@dataclass(frozen=True, kw_only=True)
class StudyResult:
    """One figure or table of the paper, measured anew.

    Attributes:
        study: its name, such as "figure-7".
        title: what it shows.
        asks: the question.
        claims: what the paper says of it, tested.
        panels: what to draw.
        notes: what should be known before anything is believed.
        measured: all that it rests on: References, sets, encoders, counts, seeds, as JSON values.
    """

    study: str
    title: str
    asks: str
    claims: tuple[Claim, ...]
    panels: tuple[Panel, ...]
    notes: tuple[str, ...]
    measured: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values: the numbers of every line and cell, so that it can be drawn elsewhere."""
        return {
            "schema": SCHEMA,
            "study": self.study,
            "title": self.title,
            "asks": self.asks,
            "claims": [claim.to_dict() for claim in self.claims],
            "panels": [panel.to_dict() for panel in self.panels],
            "notes": list(self.notes),
            "measured": dict(self.measured),
        }
