"""A study of keys in one folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whorl.files import names_in, replacing_folder, write_json
from whorl.latent.studies.study import SCHEMA, LatentStudy
from whorl.report.latent_study.display import LatentStudyDisplay
from whorl.report.latent_study.page import write_study_page

RESULT = "result.json"
_OUR_NAMES = {RESULT, "report.html", "figure.svg", "figure.png"}


def holds_latent_study(folder: Path) -> bool:
    """Return whether a folder holds a study of keys, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def study_document(study: LatentStudy, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what result.json holds: all numbers, and how they came about."""
    return {
        **study.to_dict(),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "details": dict(details),
    }


def write_latent_study(
    folder: Path, study: LatentStudy, *, details: Mapping[str, Any], overwrite: bool = False
) -> Path:
    """Write result.json, figure.svg and .png, and report.html.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold such a study.
        study: what was found.
        details: command and versions, for the report's last section and result.json.
        overwrite: replace an earlier study.

    Raises:
        StorageError: the folder exists, or the disk is full; nothing half-written is left.
    """
    with replacing_folder(folder, overwrite=overwrite, ours=holds_latent_study) as temporary:
        write_json(temporary / RESULT, study_document(study, details))
        for suffix in (".svg", ".png"):
            LatentStudyDisplay(study).save(temporary / f"figure{suffix}")
        write_study_page(temporary / "report.html", study, details=details)
    return folder
