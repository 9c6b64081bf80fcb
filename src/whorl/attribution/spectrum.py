"""Power spectra of one picture, and their means over rings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-10
"""Added to every power before its logarithm; rounding to 256 levels alone gives 1.3e-6."""


def log_power(plane: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return log(|F|^2 / (H W) + 1e-10), natural, with the mean's own frequency at index (0, 0).

    A constant plane has log(1e-10) = -23.03 everywhere but there.

    Args:
        plane: (H, W), 0 .. 1.

    Returns:
        float64 (H, W), as `numpy.fft.fft2` orders it.

    >>> round(float(log_power(np.full((4, 4), 0.5))[1, 2]), 2)
    -23.03
    """
    spectrum = np.fft.fft2(np.asarray(plane, np.float64), norm="ortho")
    return np.asarray(np.log(spectrum.real**2 + spectrum.imag**2 + FLOOR))


def radii(height: int, width: int) -> NDArray[np.float64]:
    """Return each frequency's distance from zero, as `numpy.fft.fft2` orders them.

    The unit is one cycle over the shorter side, so that rings are round for pictures of any shape.

    >>> radii(4, 4)[0].tolist()
    [0.0, 1.0, 2.0, 1.0]
    """
    shorter = min(height, width)
    rows, columns = (
        np.minimum(np.arange(side), side - np.arange(side)) * (shorter / side) for side in (height, width)
    )
    return np.asarray(np.hypot(rows[:, None], columns[None, :]))


def ring_means(spectrum: NDArray[np.float64], rings: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean over each ring 0, 1, ..., as many as there are; NaN for a ring without frequencies.

    Args:
        spectrum: (H, W).
        rings: int64 (H, W), the ring of each frequency; below 0 counts nowhere.

    >>> ring_means(np.array([[1.0, 2.0], [4.0, 9.0]]), np.array([[0, 1], [1, -1]]))
    array([1., 3.])
    """
    inside = rings >= 0
    sums = np.bincount(rings[inside], spectrum[inside])
    counts = np.bincount(rings[inside])
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / counts)
