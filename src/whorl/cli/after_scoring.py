"""What commands that score sets need for their reports: how the result came about, and T's pictures."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.images import ImageSource
    from whorl.memorization import Curve, Reference
    from whorl.sensitivity import SensitivityProfile


def training_pictures(
    held: Reference, curves: Sequence[Curve], given: ImageSource | None
) -> ImageSource | None:
    """Find T's pictures for the closest pairs, and say on stderr why they are not shown."""
    from whorl.report.pair_pictures import decisive_pairs, recorded_pictures

    if held.train.ids is None:
        sys.stderr.write(
            "note: this Reference keeps no ids, so the closest pairs cannot be shown as pictures\n"
        )
        return None
    pairs = [pair for curve in curves for pair in decisive_pairs(curve)]
    wanted = [pair.train_id for pair in pairs if pair.train_id is not None]
    found = given if given is not None else recorded_pictures(held.train.source, wanted)
    if found is None:
        place = f" at {held.train.source}" if held.train.source else ""
        sys.stderr.write(f"note: the training pictures are not at hand{place}; show them with --train\n")
    return found


def print_layers_to_trust(profile: SensitivityProfile) -> None:
    """Print which layers the profile chooses, and by how much they differ."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from whorl.report.text import plain
    from whorl.sensitivity.words import one_line

    told = Text(plain(f"Layers to trust: {one_line(profile)}"))
    Console().print(Padding(told, (0, 0, 0, 1), expand=False))


def run_details(held: Reference, folder: Path, model: Any, seconds: float) -> dict[str, Any]:
    """Return the command, the Reference, the encoder, versions and time, for a report's last section."""
    from whorl.versions import versions

    return {
        "command": shlex.join(["whorl", *sys.argv[1:]]),
        "reference": held.summary() | {"folder": str(folder)},
        "encoder": dict(model.settings),
        "versions": versions(),
        "seconds": round(seconds, 1),
    }
