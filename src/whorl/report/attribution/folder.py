"""Everything an attribution leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whorl.attribution.answers import Answers
from whorl.attribution.examples import Example
from whorl.files import names_in, replacing_folder, write_json
from whorl.report.attribution.class_shares_display import ClassSharesDisplay
from whorl.report.attribution.examples_display import ExamplesDisplay
from whorl.report.attribution.page import write_attribution_page
from whorl.report.display import Display

SCHEMA = "whorl-attribution-folder/1"
RESULT, PICTURES = "result.json", "pictures.csv"
_SUFFIXES = (".svg", ".png")
_OUR_NAMES = {RESULT, PICTURES, "report.html"} | {
    f"{name}{suffix}" for name in ("classes", "examples") for suffix in _SUFFIXES
}


def holds_attribution(folder: Path) -> bool:
    """Return whether a folder holds what an attribution leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def answers_document(answers: Answers, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what result.json holds: the answers, for the set and picture by picture, and how they came about."""
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "attribution": answers.to_dict(),
        "pictures": answers.rows(),
        "details": dict(details),
    }


def write_attribution(
    folder: Path,
    answers: Answers,
    *,
    examples: Sequence[Example] = (),
    details: Mapping[str, Any],
    overwrite: bool = False,
) -> Path:
    """Write result.json, pictures.csv, report.html, classes.svg and .png, and with examples examples.svg and .png.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold an attribution.
        answers: as `answers_for` gives them.
        examples: some of the pictures, as `examples_of` gives them.
        details: command, attributor, versions, for the report's last section and result.json.
        overwrite: replace an earlier attribution.

    Raises:
        WhorlError: an example is no picture.
        StorageError: the folder exists, or the disk is full; nothing half-written is left.
    """
    from pyarrow import csv

    displays: dict[str, Display] = {"classes": ClassSharesDisplay(answers)}
    if examples:
        displays["examples"] = ExamplesDisplay(examples)
    with replacing_folder(folder, overwrite=overwrite, ours=holds_attribution) as temporary:
        write_json(temporary / RESULT, answers_document(answers, details))
        csv.write_csv(answers.table(), temporary / PICTURES)
        for name, display in displays.items():
            for suffix in _SUFFIXES:
                display.save(temporary / f"{name}{suffix}")
        write_attribution_page(temporary / "report.html", answers, examples=examples, details=details)
    return folder
