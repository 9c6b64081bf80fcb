"""A study from its inputs to its folder."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from whorl.files import check_output, names_in, replacing_folder, write_bytes, write_json
from whorl.lab.studies.inputs import StudyInputs
from whorl.lab.studies.keys import study_key
from whorl.lab.studies.material import Material
from whorl.lab.studies.result import SCHEMA, StudyResult
from whorl.lab.studies.studies import study_named
from whorl.versions import versions

RESULT = "result.json"
_NAMES = {RESULT, "figure.svg", "figure.png", "report.html"}


def check_studies(names: Sequence[str], material: Material, *, overwrite: bool = False) -> tuple[str, ...]:
    """Refuse before any work what would fail after hours, and return the studies that are still to be run.

    Args:
        names: of studies.
        material: of their inputs.
        overwrite: whether results that are there are measured anew.

    Returns:
        Those without a result of equal inputs.

    Raises:
        StorageError: there is a result of other inputs, or something else, where one would be written.
        WhorlError: an unknown name, or something a study needs is missing.
    """
    inputs, left = material.inputs, []
    for name in names:
        study = study_named(name)
        if not overwrite and _key_in(inputs.folder / name) == study_key(name, inputs):
            continue
        check_output(inputs.folder / name, overwrite=overwrite, ours=holds_study)
        study.check(material)
        left.append(name)
    return tuple(left)


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
    study, held = study_named(name), material or Material(inputs)
    folder = inputs.folder / name
    check_output(folder, overwrite=overwrite, ours=holds_study)
    study.check(held)
    inputs.folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    result = study.run(study, held)
    about = {
        **(details or {}),
        "versions": versions(),
        "seconds": round(time.perf_counter() - started, 1),
    }
    write_study(folder, result, key=study_key(name, inputs), details=about, overwrite=overwrite)
    return result


def write_study(
    folder: Path, result: StudyResult, *, key: str, details: Mapping[str, Any], overwrite: bool = False
) -> Path:
    """Write a study's folder, all or nothing.

    Args:
        folder: made here.
        result: what was found.
        key: of its inputs; see `study_key`.
        details: command, versions, seconds.
        overwrite: replace an earlier result.

    Raises:
        StorageError: the folder exists and is not to be replaced, or the disk is full.
    """
    from whorl.lab.studies.display import StudyDisplay
    from whorl.lab.studies.page import render_study

    with replacing_folder(folder, overwrite=overwrite, ours=holds_study) as temporary:
        write_json(temporary / RESULT, result.to_dict() | {"key": key, "details": dict(details)})
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


def _key_in(folder: Path) -> str | None:
    """Return the key of the result in a folder; None where there is no whole one."""
    if not folder.is_dir() or not holds_study(folder):
        return None
    try:
        found = json.loads((folder / RESULT).read_text(encoding="utf-8")).get("key")
    except ValueError:
        return None
    return found if isinstance(found, str) else None
