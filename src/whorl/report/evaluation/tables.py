"""An evaluation for the terminal."""

from __future__ import annotations

from whorl.evaluation.results import Evaluation
from whorl.report.evaluation.agreement_grid import agreement_grid, largest_agreements
from whorl.report.evaluation.grids import (
    accuracy_grid,
    not_run_grid,
    open_set_grid,
    paired_grid,
    times_grid,
)
from whorl.report.evaluation.tried import tasks_with_rates
from whorl.report.evaluation.words import agreement_words, evaluation_lead, open_set_words
from whorl.report.grid_table import GridTables


def evaluation_tables(evaluation: Evaluation) -> GridTables:
    """Return an evaluation for rich to print, a table below the other.

    Accuracy per task, known or unknown and agreement at the largest size, times, what was not run. The lead stands
    below the tables, where a terminal ends.
    """
    grids = [accuracy_grid(evaluation, task) for task in tasks_with_rates(evaluation)]
    grids += [grid for task in tasks_with_rates(evaluation) if (grid := paired_grid(evaluation, task)).rows]
    if evaluation.open_set:
        grids.append(open_set_grid(evaluation, max(rate.size for rate in evaluation.open_set)))
    grids += [agreement_grid(evaluation, *each) for each in largest_agreements(evaluation).items()]
    if evaluation.times:
        grids.append(times_grid(evaluation))
    if evaluation.not_run:
        grids.append(not_run_grid(evaluation))
    after = (evaluation_lead(evaluation), *open_set_words(evaluation), *agreement_words(evaluation))
    return GridTables(tuple(grids), after=after, notes=evaluation.warnings)
