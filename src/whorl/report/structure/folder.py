"""Everything that measuring a structure leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whorl.files import names_in, replacing_folder, write_json
from whorl.report.structure.displays import NAMES, structure_displays
from whorl.report.structure.page import write_structure_page
from whorl.structure.examples import ArtifactExamples
from whorl.structure.structure_result import Structure

SCHEMA = "whorl-structure-folder/1"
RESULT = "result.json"
_SUFFIXES = (".svg", ".png")
_OUR_NAMES = {RESULT, "report.html"} | {f"{name}{suffix}" for name in NAMES for suffix in _SUFFIXES}


def holds_structure(folder: Path) -> bool:
    """Return whether a folder holds what measuring a structure leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def structure_document(found: Structure, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what result.json holds: all numbers, and how they came about."""
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "structure": found.to_dict(),
        "details": dict(details),
    }


def write_structure(
    folder: Path,
    found: Structure,
    *,
    examples: Mapping[str, ArtifactExamples] | None = None,
    details: Mapping[str, Any],
    overwrite: bool = False,
) -> Path:
    """Write result.json, report.html, and a figure as .svg and .png for each part that was measured.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold a structure.
        found: as `whorl.structure.measure_structure` gives it.
        examples: as `whorl.structure.examples_by_class` gives them; they are drawn, and not in result.json.
        details: command, versions, for the report's last section and result.json.
        overwrite: replace an earlier structure.

    Raises:
        StorageError: the folder exists, or the disk is full; nothing half-written is left.
    """
    with replacing_folder(folder, overwrite=overwrite, ours=holds_structure) as temporary:
        write_json(temporary / RESULT, structure_document(found, details))
        for name, display in structure_displays(found, examples or {}).items():
            for suffix in _SUFFIXES:
                display.save(temporary / f"{name}{suffix}")
        write_structure_page(temporary / "report.html", found, examples=examples, details=details)
    return folder
