"""Pixels as they are: what every other method is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import Unpack

from whorl.attribution.features import FeatureTable
from whorl.attribution.pictures import measured
from whorl.embeddings import EncodeOptions
from whorl.images.contract import ImageSource


@dataclass(frozen=True)
class Pixels:
    """Whole numbers 0 .. 255, float32 (N, 3, H, W); see `FeatureMap`."""

    name: str = "pixels"

    def describe(self) -> Mapping[str, Any]:
        """See `FeatureMap`."""
        return {"features": self.name, "version": 1}

    def features(self, images: ImageSource, **options: Unpack[EncodeOptions]) -> FeatureTable:
        """See `FeatureMap`.

        >>> import numpy as np
        >>> from whorl.images.array import ArraySource
        >>> Pixels().features(ArraySource(np.full((2, 8, 5), 7, np.uint8))).values.shape
        (2, 3, 8, 5)
        """
        return measured(images, lambda picture: picture.transpose(2, 0, 1), label="pixels", **options)
