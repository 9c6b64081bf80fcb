"""A sensitivity profile as files: the numbers and the figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whorl.errors import ScoreError
from whorl.files import names_in, replacing_folder, write_json
from whorl.report.sensitivity_display import SensitivityDisplay
from whorl.sensitivity import SensitivityProfile, choose

_JSON = "sensitivity.json"
_NAMES = {_JSON, "sensitivity.svg", "sensitivity.png"}


def holds_sensitivity(folder: Path) -> bool:
    """Return whether a folder holds a profile's files and nothing else."""
    names = names_in(folder)
    return _JSON in names and names <= _NAMES


def sensitivity_document(profile: SensitivityProfile) -> dict[str, Any]:
    """Return what sensitivity.json holds: the profile, and the two layers that it chooses or null."""
    try:
        choice: dict[str, Any] | None = choose(profile).to_dict()
    except ScoreError:
        choice = None
    return profile.to_dict() | {"choice": choice}


def write_sensitivity(folder: Path, profile: SensitivityProfile, *, overwrite: bool = False) -> Path:
    """Write sensitivity.json, sensitivity.svg and sensitivity.png.

    Raises:
        StorageError: the folder exists (unless `overwrite`, for an earlier profile), or the disk is full.
    """
    with replacing_folder(folder, overwrite=overwrite, ours=holds_sensitivity) as temporary:
        write_json(temporary / _JSON, sensitivity_document(profile))
        display = SensitivityDisplay.from_profile(profile).plot()
        display.save(temporary / "sensitivity.svg")
        display.save(temporary / "sensitivity.png")
    return folder
