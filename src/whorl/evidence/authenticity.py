"""Authenticity: is a picture further from its training picture than that is from the other training pictures?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from whorl.evidence.tail_share import share_of


@dataclass(frozen=True)
class Authenticity:
    """Share of authentic pictures (AuthPct / 100). Small beside `held_out`: copies.

    Attributes:
        share: of the generated pictures.
        low, high: exact 95 % interval.
        held_out: the share among the held-out pictures, which copied nothing.
        p_value: one-sided for copying: the chance of so few authentic pictures if both were alike (Fisher's
            exact test), of this layer alone.
    """

    share: float
    low: float
    high: float
    held_out: float
    p_value: float


def relative(nearest: NDArray[np.float64], spacing: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return distance over spacing, below or at 1 for a picture that is not authentic.

    Args:
        nearest: float64 (n,), from each picture to its nearest training picture.
        spacing: float64 (n,), from that training picture to the nearest other one, above 0.

    >>> relative(np.array([0.0, 3.0]), np.array([2.0, 2.0])).tolist()
    [0.0, 1.5]
    """
    return nearest / spacing


def authenticity(
    generated: NDArray[np.float64],
    generated_spacing: NDArray[np.float64],
    held_out: NDArray[np.float64],
    held_out_spacing: NDArray[np.float64],
) -> Authenticity:
    """Count pictures that are further from the nearest training picture than that is from any other one.

    Alaa, van Breugel, Saveliev, van der Schaar, How Faithful is your Synthetic Data? (ICML 2022). It misses copies
    where training is crowded: the copied picture's own neighbours are then no further than the copy.

    Args:
        generated: float64 (m,), from each generated picture to its nearest training picture.
        generated_spacing: float64 (m,), from that training picture to the nearest other one. In the paper
            that may be the same picture once more, at distance 0; Whorl passes over it (`surroundings.spacing`).
        held_out: float64 (n,), likewise of held-out pictures.
        held_out_spacing: float64 (n,).

    >>> authenticity(np.array([0.0, 3.0]), np.array([1.0, 1.0]), np.array([2.0]), np.array([1.0])).share
    0.5
    """
    authentic, real = generated > generated_spacing, held_out > held_out_spacing
    m, n = len(generated), len(held_out)
    known = int(authentic.sum() + real.sum())
    return Authenticity(
        *share_of(int(authentic.sum()), m),
        held_out=float(real.mean()),
        p_value=float(stats.hypergeom.cdf(int(authentic.sum()), m + n, known, m)),
    )
