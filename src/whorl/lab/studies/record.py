"""What a result says of how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whorl.evaluation.sets import SetPlace
from whorl.images import open_images
from whorl.lab.studies.material import Material, Seen


def measured_record(material: Material, seen: Sequence[Seen], places: Sequence[SetPlace]) -> dict[str, Any]:
    """Return size, seed, References and sets, as JSON values; no folder of the user's."""
    sets = {}
    for place in places:
        source = open_images(place.source)
        sets[place.name] = {"pictures": len(source), "digest": source.digest}
    return {
        "size": material.inputs.size.to_dict(),
        "seed": material.inputs.seed,
        "eyes": [each.to_dict() for each in seen],
        "sets": sets,
    }
