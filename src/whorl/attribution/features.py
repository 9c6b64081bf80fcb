"""Numbers per picture, and what makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Unpack

from whorl.embeddings import EncodeOptions
from whorl.images.contract import ImageSource


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """What a classifier sees of N pictures.

    Attributes:
        values: float32 (N, D), or (N, C, H, W) where features have the form of a picture; finite.
        ids: N ids.
        keys: uint8 (N, 16), digests of the pictures' pixels.
    """

    values: NDArray[np.float32]
    ids: tuple[str, ...]
    keys: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, chosen: NDArray[np.integer]) -> FeatureTable:
        """Return some rows."""
        return FeatureTable(
            self.values[chosen], tuple(self.ids[int(row)] for row in chosen), self.keys[chosen]
        )


class FeatureMap(Protocol):
    """From pictures to numbers; knows nothing of classes.

    Attributes:
        name: as users type it.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    def describe(self) -> Mapping[str, Any]:
        """Return all that decides the numbers, as JSON values: equal ones give equal numbers."""
        ...

    def features(self, images: ImageSource, **options: Unpack[EncodeOptions]) -> FeatureTable:
        """Return the numbers of pictures, in their order.

        Raises:
            ImageError, EncoderError, ScoreError: see their messages.
        """
        ...
