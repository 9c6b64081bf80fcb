"""Marked pictures as a folder that appears whole or not at all, or as one .npz file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from whorl.errors import StorageError
from whorl.files import check_output, names_in, replacing, replacing_folder, write_bytes, write_json
from whorl.latent.marking import Marking
from whorl.report.latent.marked_pictures_display import MarkedPicturesDisplay
from whorl.report.latent.marking_page import render_marking

SCHEMA = "whorl-marking-folder/1"
RESULT, PICTURES = "result.json", "pictures"
# No .png beside the pictures: a folder of pictures is read with all that is below it.
_OUR_NAMES = {RESULT, PICTURES, "report.html", "examples.svg"}


def holds_marking(folder: Path) -> bool:
    """Return whether a folder holds marked pictures as `write_marking` left them, and nothing else."""
    names = names_in(folder)
    if RESULT not in names or names - _OUR_NAMES:
        return False
    return f'"{SCHEMA}"'.encode() in (folder / RESULT).read_bytes()[:200]


def check_marking_output(output: Path, *, overwrite: bool) -> None:
    """Make sure, before anything is drawn, that `write_marking` may write there.

    Raises:
        StorageError: it exists and may not be replaced.
    """
    if output.suffix != ".npz":
        check_output(output, overwrite=overwrite, ours=holds_marking)
    elif output.is_dir() or (output.exists() and not overwrite):
        raise StorageError(f"{output} exists already; choose another -o, or replace it with --overwrite.")


def marking_document(marking: Marking, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what result.json holds: for whom, with which basis and seed, and how far pixels moved."""
    return {
        "schema": SCHEMA,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "marking": marking.to_dict(),
        "pictures": [
            {"picture": f"{PICTURES}/{name}", "change": float(change)}
            for name, change in zip(marking.names, marking.change, strict=True)
        ],
        "details": dict(details),
    }


def write_marking(
    output: Path, marking: Marking, *, details: Mapping[str, Any], overwrite: bool = False
) -> Path:
    """Write marked pictures as PNG, result.json, report.html and examples.svg; to .npz, the pictures alone.

    Args:
        output: a folder, made here, or a file that ends in .npz; `overwrite` replaces an earlier one.
        marking: what was drawn.
        details: command and versions, for the report's last section and result.json.
        overwrite: replace an earlier one.

    Raises:
        StorageError: it exists, or the disk is full; nothing half-written is left.
    """
    check_marking_output(output, overwrite=overwrite)
    if output.suffix == ".npz":
        with replacing(output) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, marking.pictures)
        return output
    with replacing_folder(output, overwrite=overwrite, ours=holds_marking) as temporary:
        (temporary / PICTURES).mkdir()
        for name, picture in zip(marking.names, marking.pictures, strict=True):
            Image.fromarray(picture).save(temporary / PICTURES / name)
        write_json(temporary / RESULT, marking_document(marking, details))
        MarkedPicturesDisplay(marking).save(temporary / "examples.svg")
        write_bytes(temporary / "report.html", render_marking(marking, details=details).encode())
    return output
