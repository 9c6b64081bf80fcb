"""Everything that reading keys leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whorl.files import names_in, replacing_folder, write_bytes, write_json
from whorl.latent.answers import KeyAnswers
from whorl.report.latent.matching_display import MatchingDisplay
from whorl.report.latent.reading_page import render_reading

SCHEMA = "whorl-reading-folder/2"
RESULT, PICTURES = "result.json", "pictures.csv"
_SUFFIXES = (".svg", ".png")
_OUR_NAMES = {RESULT, PICTURES, "report.html"} | {f"matching{suffix}" for suffix in _SUFFIXES}


def holds_reading(folder: Path) -> bool:
    """Return whether a folder holds what reading keys leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def reading_document(
    answers: KeyAnswers, details: Mapping[str, Any], *, bits: bool = False
) -> dict[str, Any]:
    """Return what result.json holds: the answers, together and picture by picture; with `bits` those read too."""
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "reading": answers.to_dict(),
        "pictures": [each.to_dict(bits=bits) for each in answers.found],
        "details": dict(details),
    }


def write_reading(
    folder: Path,
    answers: KeyAnswers,
    *,
    details: Mapping[str, Any],
    bits: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write result.json, pictures.csv, report.html, matching.svg and .png.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold a reading.
        answers: as `read_pictures` gives them.
        details: command, basis, versions, for the report's last section and result.json.
        bits: write those that were read to result.json and pictures.csv; the owner alone may look into the folder
            then.
        overwrite: replace an earlier reading.

    Raises:
        StorageError: the folder exists, or the disk is full; nothing half-written is left.
    """
    import pyarrow as pa
    from pyarrow import csv

    rows = [each.to_dict(bits=bits) for each in answers.found]
    with replacing_folder(folder, overwrite=overwrite, ours=holds_reading, private=bits) as temporary:
        write_json(temporary / RESULT, reading_document(answers, details, bits=bits))
        csv.write_csv(pa.Table.from_pylist(rows), temporary / PICTURES)
        display = MatchingDisplay(answers)
        for suffix in _SUFFIXES:
            display.save(temporary / f"matching{suffix}")
        write_bytes(temporary / "report.html", render_reading(answers, details=details).encode())
    return folder
