"""What the demo leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.demo.generators import Generators
from whorl.demo.training import Training
from whorl.demo.training_display import TrainingDisplay
from whorl.demo.words import CAPTION, TITLE, lead
from whorl.files import names_in, replacing_folder, write_json
from whorl.memorization import Reference
from whorl.memorization.reference_folder import REFERENCES
from whorl.report import CurveDisplay, ReportEntry, ReportFigure, write_report

SCHEMA = "whorl-demo/1"
PICTURES, REFERENCE, REPORT, RESULT = "digits.npz", "reference", "report.html", "result.json"
_OUR_NAMES = {PICTURES, REFERENCE, REPORT, RESULT, "curves.svg", "curves.png", "training.svg"}


def holds_demo(folder: Path) -> bool:
    """Return whether a folder holds what a demo leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    if (folder / REFERENCE).exists() and not REFERENCES.holds(folder / REFERENCE):
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def write_demo(
    folder: Path,
    *,
    pictures: Mapping[str, NDArray[np.uint8]],
    reference: Reference,
    entries: Sequence[ReportEntry],
    generators: Generators,
    details: Mapping[str, Any],
) -> None:
    """Write the pictures, the Reference, the figures, result.json and report.html.

    Args:
        folder: made here; an earlier demo is replaced.
        pictures: all sets by name, uint8 (n, S, S).
        reference: fitted on two of them.
        entries: the others, scored.
        generators: which made three of them.
        details: how it came about.

    Raises:
        StorageError: the folder holds something else, or the disk is full; nothing half-written is left.
    """
    training = TrainingDisplay(generators).plot()
    curves = CurveDisplay.from_curves({entry.name: entry.curve for entry in entries}).plot()
    with replacing_folder(folder, overwrite=True, ours=holds_demo) as temporary:
        np.savez(temporary / PICTURES, **pictures)  # type: ignore[arg-type]
        reference.save(temporary / REFERENCE)
        curves.save(temporary / "curves.svg")
        curves.save(temporary / "curves.png")
        training.save(temporary / "training.svg")
        write_json(temporary / RESULT, _document(entries, generators, details))
        write_report(
            temporary / REPORT,
            entries,
            title=TITLE,
            lead=lead(reference.train.count, reference.test.count),
            figures=[ReportFigure("How the generators learned", training.to_svg(), CAPTION)],
            details=details,
        )


def _document(
    entries: Sequence[ReportEntry], generators: Generators, details: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "details": dict(details),
        "kept": {generator.name: generator.step for generator in generators},
        "trainings": {"sound": _losses(generators.sound), "long": _losses(generators.long)},
        "sets": {entry.name: entry.curve.to_dict() for entry in entries},
    }


def _losses(training: Training) -> dict[str, Any]:
    return {"pictures": training.pictures, "checks": [asdict(check) for check in training.checks]}
