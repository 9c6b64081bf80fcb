"""From pictures to what fingerprints are taken of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typing_extensions import Unpack

from whorl.embeddings import EncodeOptions, embed
from whorl.encoders import Encoder
from whorl.fingerprints.measure import SetMeasurements
from whorl.fingerprints.pixels import pixel_moments
from whorl.fingerprints.space import FingerprintSpace
from whorl.images import ImageSource, open_images
from whorl.images.selection import Selection
from whorl.memorization import Reference


def measure_pictures(
    images: Any,
    reference: Reference,
    *,
    encoder: str | Path | Encoder | None = None,
    space: FingerprintSpace | None = None,
    label: str = "pictures",
    **options: Unpack[EncodeOptions],
) -> SetMeasurements:
    """Encode and measure a set, however small, with the statistics of its pixels.

    Args:
        images: anything `whorl.open_images` takes.
        reference: to measure on.
        encoder: the Reference's own encoder, where it cannot be found under the name it had.
        space: of the same Reference, where it is at hand from another set.
        label: what the progress is called.
        **options: see `whorl.embeddings.EncodeOptions`.

    Raises:
        ImageError, EncoderError, ScoreError, StorageError: see their messages.
    """
    source = open_images(images)
    held = embed(source, reference.load_encoder(encoder), label=label, **options)
    pixels = pixel_moments(kept(source, held.ids))
    return SetMeasurements(reference.measure_embeddings(held), space, pixels)


def kept(source: ImageSource, ids: Sequence[str]) -> ImageSource:
    """Return the pictures of a source that were encoded; others could not be read."""
    if len(ids) == len(source):
        return source
    wanted = set(ids)
    return Selection(source, [row for row, name in enumerate(source.ids) if name in wanted])
