"""A study from its inputs to its folder."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from whorl.files import check_output, names_in, replacing_folder, write_bytes, write_json
from whorl.lab.studies.inputs import StudyInputs
from whorl.lab.studies.material import Material
from whorl.lab.studies.result import SCHEMA, StudyResult
from whorl.lab.studies.studies import study_named
from whorl.memorization.provenance import versions

RESULT = "result.json"
_NAMES = {RESULT, "figure.svg", "figure.png", "report.html"}


def run_study(
    name: str,
    inputs: StudyInputs,
    *,
    material: Material | None = None,
    details: Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> StudyResult:
    """Run a study and write its folder: result.json, figure.svg, figure.png, report.html.

    Killed, it goes on where it was when called again: References, generators, pictures, embeddings and answers
    are kept as they are made, in `inputs.folder` and the cache.

    Args:
        name: see `whorl.lab.studies.STUDIES`.
        inputs: data, encoders, size; the result goes to a folder of the study's name in `inputs.folder`.
        material: what other studies of the same inputs made.
        details: stand at the report's end, such as the command.
        overwrite: replace an earlier result.

    Raises:
        StorageError: there is a result already, or the disk is full.
        WhorlError: what the study needs is missing; the message names it.
    """
    study = study_named(name)
    folder = inputs.folder / name
    check_output(folder, overwrite=overwrite, ours=holds_study)
    inputs.folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    result = study.run(study, material or Material(inputs))
    about = {
        **(details or {}),
        "versions": versions(),
        "seconds": round(time.perf_counter() - started, 1),
    }
    write_study(folder, result, details=about, overwrite=overwrite)
    return result


def write_study(
    folder: Path, result: StudyResult, *, details: Mapping[str, Any], overwrite: bool = False
) -> Path:
    """Write a study's folder, all or nothing.

    Raises:
        StorageError: the folder exists and is not to be replaced, or the disk is full.
    """
    from whorl.lab.studies.display import StudyDisplay
    from whorl.lab.studies.page import render_study

    with replacing_folder(folder, overwrite=overwrite, ours=holds_study) as temporary:
        write_json(temporary / RESULT, result.to_dict() | {"details": dict(details)})
        display = StudyDisplay(result)
        for suffix in ("svg", "png"):
            display.save(temporary / f"figure.{suffix}")
        write_bytes(temporary / "report.html", render_study(result, details=details).encode())
    return folder


def holds_study(folder: Path) -> bool:
    """Return whether a folder holds a study's result, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]
