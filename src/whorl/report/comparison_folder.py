"""Everything a comparison leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whorl.files import names_in, replacing_folder, write_json
from whorl.images import ImageSource
from whorl.memorization import Comparison
from whorl.report.curve_display import CurveDisplay
from whorl.report.difference_words import summary_words
from whorl.report.differences_display import DifferencesDisplay
from whorl.report.entries import ReportEntry
from whorl.report.html import write_report
from whorl.report.pair_pictures import decisive_pairs, open_pairs
from whorl.report.samples import audited_samples
from whorl.sensitivity import SensitivityProfile

SCHEMA = "whorl-comparison-folder/1"
RESULT = "comparison.json"
_FIGURES = ("curves.svg", "curves.png", "differences.svg", "differences.png")
_OUR_NAMES = {RESULT, "report.html", *_FIGURES}


def holds_comparison(folder: Path) -> bool:
    """Return whether a folder holds what a comparison leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def comparison_document(comparison: Comparison, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what comparison.json holds: the curves, their differences, and how they came about."""
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "comparison": comparison.to_dict(),
        "details": dict(details),
    }


def write_comparison(
    folder: Path,
    comparison: Comparison,
    *,
    generated: Mapping[str, ImageSource],
    train: ImageSource | None,
    details: Mapping[str, Any],
    digests: Mapping[str, str] | None = None,
    overwrite: bool = False,
    sensitivity: SensitivityProfile | None = None,
) -> Path:
    """Write comparison.json, curves.svg and .png, differences.svg and .png, and report.html.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold a comparison.
        comparison: the result.
        generated: each set's pictures by its name, to show the closest pairs and some pictures of the set.
        train: T's pictures; pairs are shown by id alone without them. See `recorded_pictures`.
        details: command, Reference, encoder, versions, for the report's last section and comparison.json.
        digests: pixel digests of T's pictures by id; see `open_pairs`.
        overwrite: replace an earlier comparison.
        sensitivity: how the encoder's layers respond, for a section of the report.

    Raises:
        StorageError: the folder exists, or the disk is full; nothing half-written is left.
    """
    known = dict(digests or {})
    entries = [
        ReportEntry(
            name=name,
            curve=curve,
            pair_pictures=open_pairs(
                decisive_pairs(curve), generated=generated[name], train=train, digests=known
            ),
            about=_about(curve.source, name),
            samples=audited_samples(curve, generated[name]),
        )
        for name, curve in comparison.curves.items()
    ]
    curves, pairs = CurveDisplay.from_curves(comparison.curves).plot(), DifferencesDisplay(comparison).plot()
    with replacing_folder(folder, overwrite=overwrite, ours=holds_comparison) as temporary:
        write_json(temporary / RESULT, comparison_document(comparison, details))
        for name in _FIGURES:
            (curves if name.startswith("curves") else pairs).save(temporary / name)
        write_report(
            temporary / "report.html",
            entries,
            title="Data copying: several sets compared",
            lead=summary_words(comparison),
            details=details,
            comparison=comparison,
            sensitivity=sensitivity,
        )
    return folder


def _about(source: str, name: str) -> str:
    return f"Pictures from {source}." if source and source != name else ""
