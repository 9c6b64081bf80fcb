"""What a result says of how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whorl.evaluation.sets import SetPlace
from whorl.images import open_images
from whorl.lab.studies.material import Material
from whorl.lab.studies.seen import Seen


def measured_record(material: Material, seen: Sequence[Seen], places: Sequence[SetPlace]) -> dict[str, Any]:
    """Return size, seed, References and sets, as JSON values; no folder of the user's."""
    found: dict[str, Any] = {
        "size": material.inputs.size.name,
        "seed": material.inputs.seed,
        "resamples": material.inputs.size.resamples,
    }
    for each in seen:
        found[f"eyes: {each.name}"] = each.to_dict()
    if places:
        found["sets"] = {place.name: _set(place) for place in places}
    return found


def _set(place: SetPlace) -> dict[str, Any]:
    source = open_images(place.source)
    return {"pictures": len(source), "digest": source.digest}
