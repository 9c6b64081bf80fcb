"""Everything an identification leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whorl.files import names_in, replacing_folder, write_json
from whorl.identification.identification import Identification
from whorl.report.display import Display
from whorl.report.identification.overlaid_curves_display import OverlaidCurvesDisplay, has_curves
from whorl.report.identification.page import write_identification_page
from whorl.report.identification.ranking_display import RankingDisplay
from whorl.report.pictures import Picture, check_picture

SCHEMA = "whorl-identification-folder/1"
RESULT = "identification.json"
_OUR_NAMES = {RESULT, "report.html", "ranking.svg", "ranking.png", "curves.svg", "curves.png"}


def holds_identification(folder: Path) -> bool:
    """Return whether a folder holds what an identification leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def identification_document(identification: Identification, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what identification.json holds: the answer, the pictures' fingerprint, and how they came about."""
    fingerprint = identification.fingerprint
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "identification": identification.to_dict(),
        "fingerprint": fingerprint.to_dict() if fingerprint is not None else None,
        "details": dict(details),
    }


def write_identification(
    folder: Path,
    identification: Identification,
    *,
    samples: Sequence[Picture] = (),
    details: Mapping[str, Any],
    overwrite: bool = False,
) -> Path:
    """Write identification.json, ranking.svg and .png, curves.svg and .png, and report.html.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold an identification.
        identification: the answer, as `identify` gives it. Without a C_T-layer curve there are no curves.svg
            and .png.
        samples: some of the pictures, uint8 (H, W, 3) each; the first 16 are shown.
        details: command, Reference, registry, versions, for the report's last section and identification.json.
        overwrite: replace an earlier identification.

    Raises:
        WhorlError: a sample is no picture.
        StorageError: the folder exists, or the disk is full; nothing half-written is left.
    """
    for place, sample in enumerate(samples, start=1):
        check_picture(sample, f"sample {place}")
    displays: dict[str, Display] = {"ranking": RankingDisplay(identification)}
    if has_curves(identification):
        displays["curves"] = OverlaidCurvesDisplay(identification)
    with replacing_folder(folder, overwrite=overwrite, ours=holds_identification) as temporary:
        write_json(temporary / RESULT, identification_document(identification, details))
        for name, display in displays.items():
            for suffix in (".svg", ".png"):
                display.save(temporary / f"{name}{suffix}")
        write_identification_page(temporary / "report.html", identification, samples=samples, details=details)
    return folder
