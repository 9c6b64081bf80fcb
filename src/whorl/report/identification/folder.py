"""Everything an identification leaves behind, in one folder that appears whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whorl.attribution.answers import Answers
from whorl.files import names_in, replacing_folder, write_json
from whorl.identification.identification import Identification
from whorl.identification.joined import JoinedAnswer
from whorl.report.attribution.class_shares_display import ClassSharesDisplay
from whorl.report.display import Display
from whorl.report.identification.overlaid_curves_display import OverlaidCurvesDisplay, has_curves
from whorl.report.identification.page import write_identification_page
from whorl.report.identification.ranking_display import RankingDisplay
from whorl.report.pictures import Picture, check_picture

SCHEMA = "whorl-identification-folder/1"
RESULT = "identification.json"
_OUR_NAMES = re.compile(r"(ranking|curves|classes(-\d+)?)\.(svg|png)|pictures(-\d+)?\.csv|report\.html")


def holds_identification(folder: Path) -> bool:
    """Return whether a folder holds what an identification leaves behind, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or not all(_OUR_NAMES.fullmatch(name) for name in names - {RESULT}):
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def identification_document(
    identification: Identification, details: Mapping[str, Any], joined: JoinedAnswer | None = None
) -> dict[str, Any]:
    """Return what identification.json holds: the answer, the pictures' fingerprint, and how they came about.

    With attributors also what they say, of all pictures and one by one, and whether that agrees.
    """
    fingerprint = identification.fingerprint
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "identification": identification.to_dict(),
        "fingerprint": fingerprint.to_dict() if fingerprint is not None else None,
        **({} if joined is None else _joined_document(joined)),
        "details": dict(details),
    }


def write_identification(
    folder: Path,
    identification: Identification,
    *,
    joined: JoinedAnswer | None = None,
    samples: Sequence[Picture] = (),
    details: Mapping[str, Any],
    overwrite: bool = False,
) -> Path:
    """Write identification.json, ranking.svg and .png, curves.svg and .png, and report.html.

    With an attributor also pictures.csv, classes.svg and .png; with several, pictures-1.csv and classes-1.svg are
    of the first of them.

    Args:
        folder: made here; must not exist unless `overwrite`, and then must hold an identification.
        identification: the answer, as `identify` gives it. Without a C_T-layer curve there are no curves.svg
            and .png.
        joined: the answers of attributors beside it, as `whorl.identification.joined` gives them.
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
    asked = {} if joined is None else _by_suffix(joined)
    displays |= {f"classes{suffix}": ClassSharesDisplay(each) for suffix, each in asked.items()}
    with replacing_folder(folder, overwrite=overwrite, ours=holds_identification) as temporary:
        write_json(temporary / RESULT, identification_document(identification, details, joined))
        _write_pictures(temporary, asked)
        for name, display in displays.items():
            for suffix in (".svg", ".png"):
                display.save(temporary / f"{name}{suffix}")
        write_identification_page(
            temporary / "report.html", identification, joined=joined, samples=samples, details=details
        )
    return folder


def _joined_document(joined: JoinedAnswer) -> dict[str, Any]:
    told = zip(joined.pieces[1:], joined.answers, strict=False)
    return {
        "attributions": [
            {"name": piece.name, "attribution": answers.to_dict(), "pictures": answers.rows()}
            for piece, answers in told
        ],
        "joined": joined.to_dict(),
    }


def _write_pictures(folder: Path, asked: Mapping[str, Answers]) -> None:
    if asked:
        from pyarrow import csv

        for suffix, answers in asked.items():
            csv.write_csv(answers.table(), folder / f"pictures{suffix}.csv")


def _by_suffix(joined: JoinedAnswer) -> dict[str, Answers]:
    """Return attributors' answers by what their files' names end in: nothing for the only one, else a number."""
    if len(joined.answers) == 1:
        return {"": joined.answers[0]}
    return {f"-{number}": each for number, each in enumerate(joined.answers, start=1)}
