"""Pictures held to one size, for spaces in which resampling would leave traces of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Unpack

from whorl.embeddings import Embeddings, EncodeOptions, embed
from whorl.encoders.contract import Encoder
from whorl.encoders.pixels import LAYER as PIXELS
from whorl.encoders.spectrum import LAYER as SPECTRUM
from whorl.errors import ScoreError
from whorl.files import digest_strings
from whorl.images import ImageSource, Picture, Source, open_images

_VERSION = "whorl-exact-size/1"


def exact_size(settings: Mapping[str, object]) -> tuple[int, int] | None:
    """Return the (height, width) that an encoder with these settings takes as it is; None where any will do.

    >>> from whorl.encoders import load_encoder
    >>> exact_size(load_encoder("spectrum:28").settings)
    (28, 28)
    """
    preprocessing = settings.get("preprocessing")
    if settings.get("family") not in (PIXELS, SPECTRUM) or not isinstance(preprocessing, Mapping):
        return None
    height, width = preprocessing["resize"]
    return int(height), int(width)


class ExactSize(Source):
    """A view on a source that refuses pictures of another size than the one given; ids stay theirs.

    Its digests tell that sizes were looked at, so a shard of embeddings in the cache that is found by them holds
    such pictures alone.

    Args:
        source: the pictures.
        size: (height, width).
        encoder: the encoder's name, for the message.

    Raises:
        ScoreError: when a picture of another size is read. It is no ImageError, for such a picture is not broken
            and must not be skipped as if it were.

    >>> import numpy as np
    >>> ExactSize(open_images(np.zeros((3, 8, 8), np.uint8)), (8, 8), "pixels:8")[0].shape
    (8, 8, 3)
    """

    def __init__(self, source: ImageSource, size: tuple[int, int], encoder: str) -> None:
        super().__init__(source.name, source.ids)
        self.source, self.size, self.encoder = source, size, encoder

    @property
    def survives_fork(self) -> bool:
        """Whether the source does."""
        return bool(getattr(self.source, "survives_fork", False))

    def _read(self, index: int) -> Picture:
        picture = self.source[index]
        found = picture.shape[:2]
        if found == self.size:
            return picture
        family, square = self.encoder.partition(":")[0], found[0] == found[1]
        other = f", or use the encoder {family}:{found[0]} where all have that size" if square else ""
        raise ScoreError(
            f"{self.name}: picture {self.ids[index]} is {found[0]} x {found[1]}, where {self.encoder} takes "
            f"{self.size[0]} x {self.size[1]} (height x width) as they are: resampling would leave traces of "
            f"its own. Bring all pictures, real and generated, to one size in the same way first{other}."
        )

    def _digest_at(self, index: int) -> str:
        return digest_strings((_VERSION, str(self.size[0]), str(self.size[1]), self.source.digest_of(index)))


def embed_exactly(
    images: Any, encoder: Encoder, *, label: str, **options: Unpack[EncodeOptions]
) -> Embeddings:
    """Encode pictures as `whorl.embed` does, but refuse another size where the encoder would resample.

    Raises:
        ScoreError: a picture of another size.
        ImageError, EncoderError, StorageError: as `whorl.embed`.

    >>> import numpy as np
    >>> from whorl import load_encoder
    >>> black = np.zeros((3, 8, 8), np.uint8)
    >>> embed_exactly(black, load_encoder("pixels:8"), label="black", cache=None).picture_size
    (8, 8)
    """
    size = exact_size(encoder.settings)
    source = open_images(images)
    if size is None:
        return embed(source, encoder, label=label, **options)
    held = embed(ExactSize(source, size, encoder.name), encoder, label=label, **options)
    return replace(held, picture_size=size)
