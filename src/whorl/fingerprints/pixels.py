"""How bright pictures are, and how much that varies: the plainest statistics of a set."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from whorl.images import ImageSource


def pixel_moments(images: ImageSource) -> NDArray[np.float64]:
    """Return mean and mean square of each picture's pixels, from 0 (black) to 1, float64 (m, 2)."""
    result = np.empty((len(images), 2))
    for row in range(len(images)):
        pixels = np.asarray(images[row], np.float64) / 255
        result[row] = pixels.mean(), np.square(pixels).mean()
    return result
