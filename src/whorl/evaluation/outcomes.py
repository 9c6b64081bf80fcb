"""Every query's answer, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from whorl.evaluation.results import Task

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Outcome:
    """What one method said of one query.

    Attributes:
        task, split, method: which.
        size: pictures of the query.
        draw: its number.
        query: the set it was drawn from.
        architecture: of that set.
        truth: the right class; None where it is unknown to the method.
        answer: the class answered; empty where the method has no number to compare.
        answer_architecture: its architecture.
        strangeness: the larger, the less like a known model: the nearest's distance, or 1 less its share of votes.
        accepted: whether the method takes the query for a known model; None where it cannot say.
        promised: the share of unknown architectures that it accepts by its own account; None likewise.
    """

    task: Task
    split: int
    method: str
    size: int
    draw: int
    query: str
    architecture: str
    truth: str | None
    answer: str
    answer_architecture: str
    strangeness: float
    accepted: bool | None
    promised: float | None

    @property
    def right(self) -> bool:
        """Whether the class is the right one."""
        return self.answer == self.truth


def as_table(outcomes: Sequence[Outcome]) -> pa.Table:
    """Return outcomes as a table, one column per field, and whether each is right."""
    import pyarrow as pa

    columns = {item.name: [getattr(each, item.name) for each in outcomes] for item in fields(Outcome)}
    return pa.table(columns | {"right": [each.right for each in outcomes]})
