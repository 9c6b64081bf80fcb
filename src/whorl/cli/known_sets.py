"""Known models' pictures as a command was told to take them: a folder of sets, by architecture or by run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from whorl.attribution.labels import REAL, UNKNOWN

if TYPE_CHECKING:
    from whorl.images import ImageSource

ARCHITECTURE, RUN = "architecture", "run"
_RESERVED = (UNKNOWN, REAL)


def known_sets(
    folder: Path, *, label: str, real: str | None = None, limit: int | None = None, seed: int = 0
) -> dict[str, ImageSource]:
    """Open the pictures of each class, by label.

    Args:
        folder: sets by architecture and run; see `whorl.evaluation.sets`.
        label: "architecture" joins the runs of one, whatever they were trained on; "run" keeps all apart.
        real: pictures for the class "real"; None for no such class.
        limit: take at most so many pictures of each class, drawn at random.
        seed: fixes which.

    Raises:
        ImageError: no sets there, or nothing in one of them.
        ScoreError: a class would be called "unknown", or "real" without being it.
    """
    from whorl.errors import ScoreError
    from whorl.evaluation.sets import find_sets
    from whorl.images import Concatenation, open_images
    from whorl.images import limit as draw

    parts: dict[str, dict[str, ImageSource]] = {}
    for place in find_sets(folder):
        name = place.architecture if label == ARCHITECTURE else place.name
        parts.setdefault(name, {})[place.name] = open_images(place.source)
    for name in _RESERVED:
        if name in parts:
            raise ScoreError(
                f"{folder} has a class called {name!r}, which an answer means otherwise; rename it."
            )
    found: dict[str, ImageSource] = {
        name: next(iter(sets.values()))
        if len(sets) == 1
        else Concatenation(f"{folder}: {name}", list(sets.values()), list(sets))
        for name, sets in parts.items()
    }
    if real is not None:
        found[REAL] = open_images(real)
    return found if limit is None else {name: draw(each, limit, seed=seed) for name, each in found.items()}
