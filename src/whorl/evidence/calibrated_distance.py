"""Calibrated distance: near to one training picture, measured by how near its surroundings are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from whorl.evidence.tail_share import TailShare

NEIGHBOURS = 50
ALPHA = 0.5
LEVEL = 0.01


@dataclass(frozen=True)
class CalibratedDistance:
    """Calibrated distances of a set. Small: copies.

    Attributes:
        least: the smallest of the generated pictures.
        held_out_least: the smallest of the held-out ones.
        tail: share of generated pictures at or below the held-out pictures' 1 % quantile.
        p_value: one-sided for copying: the chance that so many generated pictures are among the nearest 1 % of all
            if both were alike (hypergeometric), of this layer alone.
    """

    least: float
    held_out_least: float
    tail: TailShare
    p_value: float


def calibrated(nearest: NDArray[np.float64], neighbourhood: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distance / (alpha * mean distance to the 50 nearest): about 2 in an even neighbourhood, 0 for a copy.

    Carlini et al., Extracting Training Data from Diffusion Models (USENIX Security 2023), section 5, with their
    alpha = 0.5 and 50 neighbours, in an embedding space instead of pixels. There is no threshold that holds in
    every space, so held-out pictures tell what is small. It misses a copy of a picture that training holds many
    times: its surroundings are copies as well.

    Args:
        nearest: float64 (m,), to the nearest training picture.
        neighbourhood: float64 (m,), mean distance to the 50 nearest.

    >>> calibrated(np.array([0.0, 1.0, 0.0]), np.array([2.0, 2.0, 0.0])).tolist()
    [0.0, 1.0, 2.0]
    """
    everywhere_the_same = neighbourhood <= 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(everywhere_the_same, 1 / ALPHA, nearest / (ALPHA * neighbourhood))


def calibrated_distance(generated: NDArray[np.float64], held_out: NDArray[np.float64]) -> CalibratedDistance:
    """Compare calibrated distances (m,) and (n,).

    >>> calibrated_distance(np.array([0.1, 1.9]), np.array([1.5, 1.8, 2.0])).least
    0.1
    """
    m, n = len(generated), len(held_out)
    together = np.sort(np.concatenate([generated, held_out]))
    limit = together[max(1, round(LEVEL * (m + n))) - 1]
    mine, near = int((generated <= limit).sum()), int((together <= limit).sum())
    return CalibratedDistance(
        least=float(generated.min()),
        held_out_least=float(held_out.min()),
        tail=TailShare.of(generated, held_out, LEVEL),
        p_value=float(stats.hypergeom.sf(mine - 1, m + n, near, m)),
    )
