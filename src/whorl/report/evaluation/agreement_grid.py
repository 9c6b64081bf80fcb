"""How often two kinds of evidence agree, and are right then, as a table of words."""

from __future__ import annotations

from dataclasses import replace

from whorl.evaluation.results import TASKS, Agreement, Evaluation, Task
from whorl.report.grid import Column, Grid
from whorl.report.text import percent

_NEVER = "never"
_FIRST = 5
"""Columns that are shown where there is no room for all."""


def largest_agreements(evaluation: Evaluation) -> dict[Task, int]:
    """Return the largest size at which both kinds of methods answered the same queries, by task."""
    tried = {(each.task, each.size) for each in evaluation.agreements}
    sizes = {task: [size for other, size in tried if other == task] for task in TASKS}
    return {task: max(found) for task, found in sizes.items() if found}


def agreement_grid(evaluation: Evaluation, task: Task, size: int | None = None) -> Grid:
    """Return how often pairs of methods agree in a task and how often they are right then and otherwise.

    Args:
        evaluation: the result.
        task: which.
        size: pictures per query; None for all sizes.
    """
    found = sorted(
        (each for each in evaluation.agreements if each.task == task and size in (None, each.size)),
        key=lambda each: (
            evaluation.methods.index(each.method), evaluation.methods.index(each.other), each.size
        ),
    )  # fmt: skip
    which = "all sizes" if size is None else f"{size:,} pictures"
    names = [Column("fingerprint", name=True), Column("single pictures", name=True)]
    sized = [Column("pictures", number=True)] if size is None else []
    numbers = ("agree", "right then", "95 %", "alone", "differing", "queries")
    whole = Grid(
        f"Agreement, {TASKS[task]}, {which}",
        (*names, *sized, *(Column(title, number=True) for title in numbers)),
        tuple(
            (each.method, each.other, *([f"{each.size:,}"] if size is None else []), *_cells(each))
            for each in found
        ),
        hint=(
            "agree: share of queries of which both say the same; right then: share of these that is right, with "
            "its interval; alone: each one's rate on all queries, fingerprint first; differing: where they differ"
        ),
    )
    few = _FIRST + len(sized)
    return replace(
        whole,
        narrow=replace(
            whole,
            columns=whole.columns[:few],
            rows=tuple(row[:few] for row in whole.rows),
            hint="agree: share of queries of which both say the same; right then: share of these that is right",
        ),
    )


def _cells(each: Agreement) -> tuple[str, ...]:
    between = (
        _NEVER if each.low is None or each.high is None else f"{percent(each.low)} to {percent(each.high)}"
    )
    return (
        percent(each.value),
        _share(each.right),
        between,
        f"{percent(each.method_alone)}; {percent(each.other_alone)}",
        f"{_share(each.method_apart)}; {_share(each.other_apart)}" if each.value < 1 else _NEVER,
        f"{each.queries:,}",
    )


def _share(share: float | None) -> str:
    return _NEVER if share is None else percent(share)
