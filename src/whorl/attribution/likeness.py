"""How far pictures lie from the known classes, in the numbers that a classifier sees of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

COMPONENTS = 32
"""Principal components that are looked at, at most."""

MOST_PICTURES = 1_000
"""So many pictures, all classes together, decide the principal components."""

_AT_ONCE = 1 << 24
"""So many numbers, at most, are held in float64 at a time."""

_SHRINK = 0.1
_SMALL = 1e-6
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Likeness:
    """Known classes as Gaussians with one covariance, in principal components of standardised features.

    What is left of a picture outside these components is one more number, the logarithm of its squared length:
    pictures of noise or of one colour may look ordinary within them. All numbers are whitened by the covariance
    within classes, so that a known picture lies about sqrt(d) from the centre of its class. No classifier is
    asked, so the number of classes changes nothing, and leaving a class out takes no training.

    Attributes:
        labels: of the K classes.
        mean, spread: float32 (D,), of the features.
        components: float32 (D, P).
        outside: whether anything of the features lies outside the components.
        whitening: float64 (d, d), d = P + 1 with `outside`, else P.
        centres: float64 (K, d), whitened.
        counts: int64 (K,), pictures that each centre is the mean of.
    """

    labels: tuple[str, ...]
    mean: NDArray[np.float32]
    spread: NDArray[np.float32]
    components: NDArray[np.float32]
    outside: bool
    whitening: Numbers
    centres: Numbers
    counts: NDArray[np.int64]

    @classmethod
    def fit(cls, sets: Mapping[str, NDArray[np.float32]]) -> Self:
        """Learn classes from features, float32 (n, ...) each.

        >>> rng = np.random.default_rng(0)
        >>> sets = {"a": rng.normal(0, 1, (50, 4)), "b": rng.normal(9, 1, (50, 4))}
        >>> found = Likeness.fit({name: each.astype(np.float32) for name, each in sets.items()})
        >>> asked = found.rows(np.array([[9.0] * 4, [90.0] * 4], np.float32))
        >>> (distances(asked, 1, found.centres, found.counts) < 2).tolist()
        [[False, True], [False, False]]
        """
        flat = {label: values.reshape(len(values), -1) for label, values in sets.items()}
        width = next(iter(flat.values())).shape[1]
        share = max(1, min(MOST_PICTURES, max(4 * COMPONENTS, _AT_ONCE // width)) // len(flat))
        some = np.concatenate([each[_spaced(len(each), share)] for each in flat.values()])
        mean, spread = _standard(some)
        components = _principal((some - mean) / spread)
        outside = components.shape[1] < min(some.shape[1], len(some) - 1)
        bare = cls(
            tuple(flat), mean, spread, components, outside,
            np.eye(components.shape[1] + outside), np.empty((0, 0)), np.empty(0, np.int64),
        )  # fmt: skip
        rows = [bare.rows(each) for each in flat.values()]
        within = np.mean([_scatter(each) for each in rows], axis=0)
        within = (1 - _SHRINK) * within + _SHRINK * np.diag(np.diag(within))
        floor = _SMALL * max(float(np.trace(within)), _SMALL)
        whitening = np.linalg.inv(np.linalg.cholesky(within + floor * np.eye(len(within)))).T
        return cls(
            bare.labels, mean, spread, components, outside, whitening,
            np.array([each.mean(axis=0) for each in rows]) @ whitening,
            np.array([len(each) for each in rows]),
        )  # fmt: skip

    def rows(self, values: NDArray[np.float32]) -> Numbers:
        """Return the whitened numbers of pictures, float64 (n, d)."""
        flat = values.reshape(len(values), -1)
        step = max(1, _AT_ONCE // flat.shape[1])
        parts = [self._rows(flat[first : first + step]) for first in range(0, len(flat), step)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.whitening)))

    def _rows(self, flat: NDArray[np.float32]) -> Numbers:
        scaled = ((flat - self.mean) / self.spread).astype(np.float64)
        inside = scaled @ self.components
        if self.outside:
            left = (scaled**2).sum(axis=1) - (inside**2).sum(axis=1)
            inside = np.column_stack([inside, np.log(np.maximum(left, 0) + _SMALL * scaled.shape[1])])
        return np.asarray(inside @ self.whitening)


def distances(means: Numbers, pictures: int, centres: Numbers, counts: NDArray[np.int64]) -> Numbers:
    """Return how far sets of n pictures lie from the centres, in units of what chance does to sets of n.

        |mean of the set - centre|^2 / (1 / n + 1 / pictures of the centre) / d

    is 1 on average for pictures of the class itself, whatever n is: Hotelling's T^2 by its degrees of freedom.

    Args:
        means: float64 (S, d), of the whitened numbers of each set.
        pictures: n.
        centres: float64 (K, d).
        counts: (K,).

    Returns:
        Float64 (S, K).
    """
    apart = ((means[:, None] - centres) ** 2).sum(axis=2)
    return np.asarray(apart / (1 / pictures + 1 / counts) / means.shape[1])


def _spaced(count: int, most: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


def _standard(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    mean, spread = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
    flat = spread <= _SMALL * np.maximum(1.0, np.abs(mean))
    # A feature that never changed says nothing of pictures like these, and all where it does change.
    least = np.median(spread[~flat]) if not flat.all() else 1.0
    return mean.astype(np.float32), np.where(flat, least, spread).astype(np.float32)


def _principal(scaled: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the first components, float32 (D, P), by the smaller of the two matrices of products."""
    count, width = scaled.shape
    wide = scaled.astype(np.float64)
    wide -= wide.mean(axis=0)
    most = max(1, min(COMPONENTS, count // 4))
    if width <= count:
        values, vectors = np.linalg.eigh(wide.T @ wide)
    else:
        values, left = np.linalg.eigh(wide @ wide.T)
        vectors = wide.T @ (left / np.sqrt(np.maximum(values, _SMALL * values[-1])))
    chosen = [place for place in range(len(values) - 1, -1, -1) if values[place] > _SMALL * values[-1]][:most]
    return np.asarray(vectors[:, chosen or [len(values) - 1]], np.float32)


def _scatter(rows: Numbers) -> Numbers:
    apart = rows - rows.mean(axis=0)
    return np.asarray(apart.T @ apart / max(1, len(rows) - 1))
