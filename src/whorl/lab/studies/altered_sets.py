"""The five altered data sets of section 4.1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from whorl.alterations import (
    Alteration,
    AlteredImages,
    BackgroundSwap,
    PatchShuffle,
    RandomRotation,
    Resolution,
    open_landscapes,
)
from whorl.errors import WhorlError
from whorl.images import ImageSource, limit
from whorl.lab.studies.material import Material

NO_LANDSCAPES = "No landscapes were given (--landscapes), so the swap on landscapes is missing."


@dataclass(frozen=True)
class AlteredSource:
    """Some of T's or P's pictures, altered as published.

    Attributes:
        name: as on the command line of `whorl lab alter`.
        before, after: the pictures, one for one.
    """

    name: str
    before: ImageSource
    after: AlteredImages


def published_alterations(material: Material) -> Mapping[str, Alteration]:
    """Return the alterations by name: four, and a fifth where there are landscapes."""
    segmenter = material.segmenter
    found: dict[str, Alteration] = {
        "rotation": RandomRotation(),
        "resolution": Resolution(),
        "background-noise": BackgroundSwap(segmenter),
    }
    if material.inputs.landscapes is not None:
        photographs = open_landscapes(material.inputs.landscapes, classes=material.inputs.landscape_classes)
        found["background-landscape"] = BackgroundSwap(segmenter, photographs)
    return found | {"patch-shuffle": PatchShuffle()}


def check_altered(material: Material) -> None:
    """Refuse what the altered sets need and was not given: T and P, and photographs that can be opened."""
    material.expect_pictures()
    if material.inputs.segmenter is not None:
        material.segmenter  # noqa: B018 - it is loaded
    if material.inputs.landscapes is not None:
        open_landscapes(material.inputs.landscapes, classes=material.inputs.landscape_classes)


def altered(material: Material, source: ImageSource) -> Iterator[AlteredSource]:
    """Yield some of a source's pictures altered in each way, at the published strength."""
    chosen = limit(source, material.inputs.size.pictures, seed=material.inputs.seed)
    for name, alteration in published_alterations(material).items():
        strength = alteration.published
        if strength is None:
            raise WhorlError(f"{alteration.name} has no published strength.")
        yield AlteredSource(
            name, chosen, AlteredImages(chosen, alteration, strength, seed=material.inputs.seed)
        )
