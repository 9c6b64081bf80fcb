"""Which values stand side by side: the co-occurrence matrices of Nataraj et al."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.attribution.features import FeatureTable
from whorl.attribution.pictures import measured
from whorl.embeddings import EncodeOptions
from whorl.errors import ScoreError
from whorl.images.contract import ImageSource, Picture

CHOICES = (8, 16, 32, 64, 128, 256)


@dataclass(frozen=True)
class CoOccurrence:
    """Counts of (left, right) for all horizontal neighbours: float32 (N, 3, bins, bins); see `FeatureMap`.

    C[c, i, j] = #{(y, x) : floor(p[y, x, c] bins / 256) = i, floor(p[y, x + 1, c] bins / 256) = j}, which adds up
    to H (W - 1) for each channel. A constant picture has one cell that is not 0.

    Source: arXiv 1903.06836, with all 256 values. That is 786 KB a picture, of which a 32 x 32 picture fills at
    most 992 of 65,536 cells per channel; so 64 bins (49 KB) are the default here, and 256 an option.

    Attributes:
        name: as users type it.
        bins: of equal width: 8, 16, 32, 64, 128 or 256.
    """

    name: str = "co-occurrence"
    bins: int = 64

    def __post_init__(self) -> None:
        if self.bins not in CHOICES:
            raise ScoreError(f"bins must be one of {', '.join(map(str, CHOICES))}; got {self.bins!r}.")

    def describe(self) -> Mapping[str, Any]:
        """See `FeatureMap`."""
        return {"features": self.name, "version": 1, "bins": self.bins, "offset": [0, 1]}

    def features(self, images: ImageSource, **options: Unpack[EncodeOptions]) -> FeatureTable:
        """See `FeatureMap`.

        Raises:
            ScoreError: pictures of two sizes, or one pixel wide.

        >>> from whorl.images.array import ArraySource
        >>> found = CoOccurrence(bins=8).features(ArraySource(np.zeros((1, 4, 5), np.uint8)))
        >>> found.values.shape, float(found.values[0, 0, 0, 0])
        ((1, 3, 8, 8), 16.0)
        """
        return measured(images, self.counts, label="co-occurrences", **options)

    def counts(self, picture: Picture) -> NDArray[np.int64]:
        """Return the matrices of one picture.

        Args:
            picture: uint8 (H, W, 3).

        Returns:
            int64 (3, bins, bins).

        Raises:
            ScoreError: one pixel wide.
        """
        if picture.shape[1] < 2:
            raise ScoreError("co-occurrences need pictures of at least two columns; these have one.")
        places = (picture.astype(np.int64) * self.bins) // 256
        pairs = places[:, :-1] * self.bins + places[:, 1:]
        found = [np.bincount(pairs[..., channel].ravel(), minlength=self.bins**2) for channel in range(3)]
        return np.stack(found).reshape(3, self.bins, self.bins)
