"""The pictures of a source, each altered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whorl.alterations.contract import Alteration
from whorl.files import digest_strings
from whorl.images.contract import ImageSource, Picture
from whorl.images.labels import Label, LabelledSource
from whorl.images.pixels import pixel_digest
from whorl.images.source import Source

_VERSION = "whorl-altered/1"


class AlteredImages(Source):
    """A view on a source in which every picture is altered; ids stay theirs.

    What chance decides in a picture (a sign, an order, noise) is drawn from the seed and that picture's own
    pixels, so neither the order of the pictures nor what stands beside them changes it; pictures of equal pixels
    are altered alike, and other strengths of one picture share their draws. The digests cover the alteration,
    its strength and the seed, so embeddings of altered pictures are never taken for those of others.

    Args:
        source: the pictures.
        alteration: what is done to each.
        strength: how much of it, in the alteration's unit.
        seed: fixes what is drawn, at least 0.

    Raises:
        ImageError: when a picture is read that the source cannot read.

    >>> from whorl.alterations import Noise
    >>> from whorl.images import open_images
    >>> altered = AlteredImages(open_images(np.zeros((3, 8, 8), np.uint8)), Noise(), 16.0)
    >>> altered.ids, altered[0].shape, altered.name
    (('row-000000', 'row-000001', 'row-000002'), (8, 8, 3), 'array (3, 8, 8), noise 16')
    """

    def __init__(
        self, source: ImageSource, alteration: Alteration, strength: float, *, seed: int = 0
    ) -> None:
        super().__init__(f"{source.name}, {alteration.name} {strength:g}", source.ids)
        self.source, self.alteration, self.strength, self.seed = source, alteration, float(strength), seed

    @property
    def survives_fork(self) -> bool:
        """Whether the source does, and the alteration does not say that it does not."""
        source, alteration = self.source, self.alteration
        return bool(getattr(source, "survives_fork", False) and getattr(alteration, "survives_fork", True))

    def labels(self) -> Sequence[Label] | None:
        """Return the source's own labels."""
        return self.source.labels() if isinstance(self.source, LabelledSource) else None

    def _read(self, index: int) -> Picture:
        picture = self.source[index]
        return self.alteration.apply(picture, self.strength, _generator(picture, self.seed))

    def _digest_at(self, index: int) -> str:
        recipe = [_VERSION, self.alteration.name, repr(self.strength), str(self.seed)]
        made_of = getattr(self.alteration, "digest", None)
        return digest_strings(
            [*recipe, *([] if made_of is None else [made_of]), self.source.digest_of(index)]
        )


def _generator(picture: Picture, seed: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence((seed, int(pixel_digest(picture), 16))))
