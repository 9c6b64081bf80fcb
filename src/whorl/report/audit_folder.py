"""Everything an audit leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from whorl.files import names_in, replacing_folder
from whorl.images import ImageSource
from whorl.memorization import Curve
from whorl.memorization.picture_table import picture_table
from whorl.report.curve_display import CurveDisplay
from whorl.report.entries import ReportEntry
from whorl.report.html import write_report
from whorl.report.pair_pictures import decisive_pairs, open_pairs
from whorl.report.samples import audited_samples
from whorl.sensitivity import SensitivityProfile

TableFormat: TypeAlias = Literal["csv", "parquet"]
SCHEMA = "whorl-audit/1"
RESULT = "result.json"
_OUR_NAMES = {RESULT, "pictures.csv", "pictures.parquet", "curve.svg", "curve.png", "report.html"}


def holds_audit(folder: Path) -> bool:
    """Return whether a folder holds what an audit leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return b'"whorl-audit/' in (folder / RESULT).read_bytes()[:200]


def result_document(curve: Curve, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what result.json holds: the curve, and how it came about."""
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "curve": curve.to_dict(),
        "details": dict(details),
    }


def write_audit(
    folder: Path,
    curve: Curve,
    *,
    generated: ImageSource,
    train: ImageSource | None,
    details: Mapping[str, Any],
    digests: Mapping[str, str] | None = None,
    table_format: TableFormat = "csv",
    overwrite: bool = False,
    sensitivity: SensitivityProfile | None = None,
) -> Path:
    """Write result.json, pictures.csv (or .parquet), curve.svg, curve.png and report.html.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold an audit.
        curve: the result.
        generated: Q's pictures, to show the closest pairs and some pictures of the set.
        train: T's pictures; pairs are shown by id alone without them. See `recorded_pictures`.
        details: command, Reference, encoder, versions, for the report's last section and result.json.
        digests: pixel digests of T's pictures by id; see `open_pairs`.
        table_format: file type of the table per picture.
        overwrite: replace an earlier audit.
        sensitivity: how the encoder's layers respond, for a section of the report.

    Raises:
        StorageError: the folder exists, or the disk is full; nothing half-written is left.
    """
    pairs = open_pairs(decisive_pairs(curve), generated=generated, train=train, digests=dict(digests or {}))
    samples = audited_samples(curve, generated)
    with replacing_folder(folder, overwrite=overwrite, ours=holds_audit) as temporary:
        document = json.dumps(result_document(curve, details), indent=1, ensure_ascii=False, allow_nan=False)
        (temporary / RESULT).write_text(document + "\n", encoding="utf-8")
        _write_table(temporary, curve, table_format)
        display = CurveDisplay.from_curves({curve.source or "generated": curve}).plot()
        display.save(temporary / "curve.svg")
        display.save(temporary / "curve.png")
        name = curve.source or "generated"
        entry = ReportEntry(name=name, curve=curve, pair_pictures=pairs, samples=samples)
        page = temporary / "report.html"
        write_report(page, [entry], title="Data-copying audit", details=details, sensitivity=sensitivity)
    return folder


def _write_table(folder: Path, curve: Curve, table_format: TableFormat) -> None:
    from pyarrow import csv, parquet

    table = picture_table(curve)
    if table_format == "parquet":
        parquet.write_table(table, folder / "pictures.parquet")
    else:
        csv.write_csv(table, folder / "pictures.csv")
