"""Two disjoint halves of every class, and how far they lie apart: what the Frechet distance ratio is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.fingerprints.frechet import Gaussian, frechet_distances
from whorl.memorization.projection import Projection as PrincipalComponents
from whorl.memorization.rows import Rows


@dataclass(frozen=True, eq=False)
class HalfMeans:
    """Mean distances in each of R draws of the halves, float64 (R,).

    Attributes:
        inter: of a half of one class to a half of another.
        intra: of the two halves of one class.
    """

    inter: NDArray[np.float64]
    intra: NDArray[np.float64]

    @property
    def ratio(self) -> float:
        """The ratio of both means over all draws."""
        return float(self.inter.mean() / self.intra.mean())


def checked_classes(
    sets: Mapping[str, NDArray[np.floating]], *, seed: int, halves: int, components: int | None
) -> dict[str, NDArray[np.floating]]:
    """Return the classes by sorted label, after all checks.

    Raises:
        ScoreError: see `whorl.manifold.fdr`.
    """
    for name, value, least in (("seed", seed, 0), ("halves", halves, 2), ("components", components, 1)):
        if value is not None and value < least:
            raise ScoreError(f"{name} must be at least {least}; got {value}.")
    if len(sets) < 2:
        raise ScoreError(f"a ratio takes at least 2 classes; got {len(sets)}.")
    classes = {str(label): np.asarray(sets[label]) for label in sorted(sets, key=str)}
    shapes = {label: rows.shape for label, rows in classes.items()}
    if len({shape[1:] for shape in shapes.values()}) > 1 or any(len(s) != 2 for s in shapes.values()):
        raise ScoreError(f"expected (N, D) of one D for every class; got {shapes}.")
    for label, rows in classes.items():
        if not np.isfinite(rows).all():
            raise ScoreError(f"class {label} holds NaN or infinity.")
    smallest = min(classes, key=lambda label: len(classes[label]))
    n, width = len(classes[smallest]) // 2, classes[smallest].shape[1]
    d = width if components is None else components
    if d > width:
        raise ScoreError(f"components={components} of features that have {width} dimensions.")
    if n <= d:
        most = f"give components of at most {n - 1}" if n >= 2 else "give at least 4 pictures"
        raise ScoreError(
            f"class {smallest} has {len(classes[smallest])} pictures, so halves of {n}: too few for {d} "
            f"dimensions, whose covariance would be singular. Give more pictures, or {most}."
        )
    return classes


def pooled_components(classes: Mapping[str, NDArray[np.floating]], components: int) -> PrincipalComponents:
    """Find principal components of all rows pooled, without their labels."""
    pooled = np.concatenate(list(classes.values()))
    return PrincipalComponents.fit(Rows.of_array(pooled), components=components)


def half_distances(
    classes: Mapping[str, NDArray[np.floating]], n: int, seed: int, repeat: int
) -> NDArray[np.float64]:
    """Return F(A_i, B_j), float64 (C, C), for one draw of the halves."""
    seeds = np.random.SeedSequence((seed, repeat)).spawn(len(classes))
    first, second = [], []
    for rows, own in zip(classes.values(), seeds, strict=True):
        order = np.random.default_rng(own).permutation(len(rows))
        first.append(Gaussian.of(rows[order[:n]]))
        second.append(Gaussian.of(rows[order[n : 2 * n]]))
    return frechet_distances(first, second)


def means_of(distances: NDArray[np.float64]) -> HalfMeans:
    """Sum up distances (R, C, C).

    Raises:
        ScoreError: there is no variance.
    """
    within = np.eye(distances.shape[1], dtype=bool)
    intra, inter = distances[:, within].mean(axis=1), distances[:, ~within].mean(axis=1)
    if not (intra > 0).all():
        raise ScoreError("two halves of every class are the same points, so there is no ratio.")
    return HalfMeans(inter, intra)
