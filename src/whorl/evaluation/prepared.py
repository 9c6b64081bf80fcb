"""Sets measured on the Reference, ready to be drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.embeddings import EncodeOptions
from whorl.encoders import Encoder
from whorl.evaluation.sets import SetPlace
from whorl.fingerprints.measure import SetMeasurements
from whorl.fingerprints.of_pictures import kept, measure_pictures
from whorl.images import ImageSource, open_images
from whorl.images.contract import Picture
from whorl.memorization import Reference


@dataclass(frozen=True, eq=False)
class PreparedSet:
    """One set.

    Attributes:
        place: where it came from.
        measurements: of its pictures on the Reference.
        images: the pictures that could be read, in the same order.
    """

    place: SetPlace
    measurements: SetMeasurements
    images: ImageSource

    def __len__(self) -> int:
        return len(self.measurements)

    @property
    def name(self) -> str:
        """The set's name."""
        return self.place.name

    @property
    def keys(self) -> NDArray[np.uint8]:
        """Uint8 (N, ...): equal where pictures are copies; all different where digests were not kept."""
        keys = self.measurements.pictures.keys
        return np.arange(len(self))[:, None].view(np.uint8) if keys is None else keys

    def pictures(self, rows: NDArray[np.integer]) -> list[Picture]:
        """Return some pictures, uint8 (H, W, 3) each."""
        return [self.images[int(row)] for row in rows]


def prepare(
    places: Sequence[SetPlace],
    reference: Reference,
    encoder: str | Path | Encoder | None = None,
    **options: Unpack[EncodeOptions],
) -> tuple[PreparedSet, ...]:
    """Encode and measure every set.

    Raises:
        ImageError, EncoderError, ScoreError, StorageError: see their messages.
    """
    model = reference.load_encoder(encoder)
    prepared: list[PreparedSet] = []
    for place in places:
        source = open_images(place.source)
        space = prepared[0].measurements.space if prepared else None
        measured = measure_pictures(
            source, reference, encoder=model, space=space, label=place.name, **options
        )
        prepared.append(PreparedSet(place, measured, kept(source, measured.pictures.ids)))
    return tuple(prepared)


def shared_pictures(sets: Sequence[PreparedSet]) -> tuple[str, ...]:
    """Return a warning for each pair of sets that have pictures in common."""
    keys = [_keys(each) for each in sets]
    notes = []
    for i, mine in enumerate(keys):
        for j in range(i):
            both = len(mine & keys[j])
            if both:
                notes.append(
                    f"{sets[j].name} and {sets[i].name} have {both:,} pictures in common: recognising these "
                    "is no achievement."
                )
    return tuple(notes)


def _keys(prepared: PreparedSet) -> set[bytes]:
    keys = prepared.measurements.pictures.keys
    return set() if keys is None else {row.tobytes() for row in keys}
