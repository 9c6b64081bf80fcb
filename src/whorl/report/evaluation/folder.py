"""Everything an evaluation leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whorl.evaluation.results import Evaluation
from whorl.files import names_in, replacing_folder, write_json
from whorl.report.display import Display
from whorl.report.evaluation.accuracy_display import AccuracyDisplay
from whorl.report.evaluation.architecture_curves_display import ArchitectureCurvesDisplay
from whorl.report.evaluation.confusion_display import ConfusionDisplay
from whorl.report.evaluation.curve_distances_display import CurveDistancesDisplay
from whorl.report.evaluation.map_display import MapDisplay
from whorl.report.evaluation.open_set_display import OpenSetDisplay
from whorl.report.evaluation.page import write_evaluation_page
from whorl.report.evaluation.tried import (
    CLOSED,
    has_curves,
    has_distances,
    has_positions,
    main_confusions,
    tasks_with_rates,
)

if TYPE_CHECKING:
    import pyarrow

SCHEMA = "whorl-evaluation-folder/1"
RESULT = "evaluation.json"
_SUFFIXES = (".svg", ".png")
_FIGURES = (
    "accuracy",
    "open-set",
    "map",
    "curves",
    "curve-distances",
    *(f"confusion-{task}" for task in CLOSED),
)
_OUR_NAMES = {RESULT, "outcomes.csv", "report.html"} | {
    f"{name}{suffix}" for name in _FIGURES for suffix in _SUFFIXES
}


def holds_evaluation(folder: Path) -> bool:
    """Return whether a folder holds what an evaluation leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def evaluation_document(evaluation: Evaluation, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what evaluation.json holds: the evaluation, and how it came about."""
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "evaluation": evaluation.to_dict(),
        "details": dict(details),
    }


def evaluation_displays(evaluation: Evaluation) -> dict[str, Display]:
    """Return all figures that can be drawn, by the name of their file."""
    found: dict[str, Display] = {}
    if tasks_with_rates(evaluation):
        found["accuracy"] = AccuracyDisplay(evaluation)
    if evaluation.open_set:
        found["open-set"] = OpenSetDisplay(evaluation)
    if has_positions(evaluation):
        found["map"] = MapDisplay(evaluation)
    if has_curves(evaluation):
        found["curves"] = ArchitectureCurvesDisplay(evaluation)
    if has_distances(evaluation):
        found["curve-distances"] = CurveDistancesDisplay(evaluation)
    confusions = main_confusions(evaluation)
    return found | {f"confusion-{each.task}": ConfusionDisplay(each) for each in confusions}


def write_evaluation(
    folder: Path,
    evaluation: Evaluation,
    *,
    outcomes: pyarrow.Table,
    details: Mapping[str, Any],
    overwrite: bool = False,
) -> Path:
    """Write evaluation.json, outcomes.csv, report.html, and every figure that can be drawn as .svg and .png.

    Figures: accuracy, open-set, map, curves, curve-distances, and confusion- with the name of each task.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold an evaluation.
        evaluation: the result.
        outcomes: a row per query, as it is to stand in outcomes.csv.
        details: command, Reference, versions, for the report's last section and evaluation.json.
        overwrite: replace an earlier evaluation.

    Raises:
        StorageError: the folder exists, or the disk is full; nothing half-written is left.
    """
    from pyarrow import csv

    with replacing_folder(folder, overwrite=overwrite, ours=holds_evaluation) as temporary:
        write_json(temporary / RESULT, evaluation_document(evaluation, details))
        csv.write_csv(outcomes, temporary / "outcomes.csv")
        for name, display in evaluation_displays(evaluation).items():
            for suffix in _SUFFIXES:
                display.save(temporary / f"{name}{suffix}")
        write_evaluation_page(temporary / "report.html", evaluation, details=details)
    return folder
