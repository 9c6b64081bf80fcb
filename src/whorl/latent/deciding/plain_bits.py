"""How often each bit is 1 in pictures without a key: nowhere is it said that these bits are fair coins."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

LOPSIDED = 0.75
_CELLS = 64


def foreseen_ones(
    deviations: NDArray[np.float64],
    strength: float,
    coding: Literal["lattice", "centred", "published"],
    begins: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the share of pictures without a key in which each bit is 1, float64 (n,), for normal coordinates.

    A coordinate x ~ N(0, s^2) without a key is read as a bit all the same. With sigma the strength:

    - "published": 1 where x > sigma / 2, which is rare once s is small beside sigma.
    - "centred": 1 where x > 0: half of them, whatever the strength.
    - "lattice": 1 where x / sigma lies nearer to d + 1 + 2k than to d + 2k for any whole k, d where the lattice
      begins. Where s is small beside sigma all x lie in one cell; where it is not, the sum over cells tends to
      1/2.

    Coordinates are not normal for certain, and reading adds an error of its own: a calibration measures what is
    foreseen here.

    Args:
        deviations: s, float64 (n,).
        strength: sigma.
        coding: see `whorl.latent.basis.LatentBasis`.
        begins: d, float64 (n,), in units of strength.

    >>> zeros = np.zeros(2)
    >>> foreseen_ones(np.array([0.1, 10.0]), 1.0, "published", zeros).round(2)
    array([0.  , 0.48])
    >>> foreseen_ones(np.array([0.1, 10.0]), 1.0, "lattice", np.array([1.0, 0.0])).round(2)
    array([1. , 0.5])
    """
    from scipy.stats import norm

    units = np.maximum(deviations, np.finfo(np.float64).tiny) / strength
    if coding == "published":
        return np.asarray(norm.sf(0.5 / units))
    if coding == "centred":
        return np.full(len(units), 0.5)
    low = begins + 0.5 + 2.0 * np.arange(-_CELLS, _CELLS)[:, None]
    ones = (norm.cdf((low + 1) / units) - norm.cdf(low / units)).sum(axis=0)
    # Past so many cells there is no telling 1 from 0, and the sum has left some out.
    return np.asarray(np.where(units > _CELLS / 8, 0.5, ones))


def shares_of(bits: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return how often each bit is 1, as far as readings tell, float64 (n,): never 0 and never 1.

    (k + 1/2) / (N + 1), the posterior mean of each share under Jeffreys' prior. The probability that a key
    matches in t independent bits or more is linear in each share by itself, so these means give that
    probability's own posterior mean: what N readings leave open is allowed for, without a further margin.

    Args:
        bits: (N, n), of 0 and 1; each reading is one unit.

    >>> shares_of(np.array([[1, 0], [1, 1], [1, 0]]))
    array([0.875, 0.375])
    """
    return np.asarray((bits.sum(axis=0) + 0.5) / (len(bits) + 1))


def coins(ones: NDArray[np.float64]) -> float:
    """Return how many fair coins bits are worth that are 1 with these shares.

    -sum log2(p^2 + (1 - p)^2): two pictures without a key agree in all bits as often as so many coins do.
    Shares of few readings lie off 1/2 by chance, and are worth somewhat less than they should be.

    >>> coins(np.array([0.5, 0.5, 1.0]))
    2.0
    """
    return float(-np.log2(ones**2 + (1 - ones) ** 2).sum() + 0.0)


def lopsided(ones: NDArray[np.float64]) -> int:
    """Return how many bits have one value in more than three of four pictures without a key.

    >>> lopsided(np.array([0.5, 0.8, 0.1]))
    2
    """
    return int((np.maximum(ones, 1 - ones) > LOPSIDED).sum())
