"""How well classes of artifacts stand apart: the Frechet distance ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.manifold.halves import checked_classes, half_distances, means_of, pooled_components

SCHEMA = "whorl-fdr/1"


@dataclass(frozen=True)
class FDR:
    """The Frechet distance ratio of classes, and all that it hangs on.

        FDR = mean inter-class distance / mean intra-class distance

    1 on classes that do not differ; larger is further apart. It grows with n and d: compare only at equal n and
    d, and never with published values.

    Attributes:
        value: the ratio of the two means over all repeats.
        lower: 2.5 % quantile of the ratio over the repeats.
        upper: 97.5 % quantile. The interval says how much the choice of halves matters, not how much other
            pictures would.
        inter: mean Frechet distance of a half of one class to a half of another, in squared units of the features.
        intra: mean Frechet distance between two disjoint halves of one class, likewise.
        n: pictures in each half, the same in both terms.
        d: dimensions in which it was measured.
        seed: what fixed the halves.
        halves: how many times they were drawn.
        labels: the C classes, sorted.
        distances: C x C mean distances between halves, row's class to column's class; the diagonal is within.
        explained: share of the variance that the d components keep; 1.0 without principal components.
    """

    value: float
    lower: float
    upper: float
    inter: float
    intra: float
    n: int
    d: int
    seed: int
    halves: int
    labels: tuple[str, ...]
    distances: tuple[tuple[float, ...], ...]
    explained: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        values = asdict(self)
        values |= {"labels": list(self.labels), "distances": [list(row) for row in self.distances]}
        return {"schema": SCHEMA} | values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FDR:
        """Return what `to_dict` wrote.

        Raises:
            ScoreError: another schema, or names that do not fit.
        """
        names = {entry.name for entry in fields(cls)}
        if values.get("schema") != SCHEMA or set(values) != names | {"schema"}:
            raise ScoreError(f"expected a {SCHEMA} with {', '.join(sorted(names))}; got {sorted(values)}.")
        plain = {name: values[name] for name in names}
        plain["labels"] = tuple(values["labels"])
        plain["distances"] = tuple(tuple(row) for row in values["distances"])
        return cls(**plain)


def fdr(
    sets: Mapping[str, NDArray[np.floating]],
    *,
    seed: int = 0,
    halves: int = 20,
    components: int | None = None,
) -> FDR:
    """Measure how far classes stand apart beside how far two halves of one class do.

    Of every class two disjoint random halves A and B of n pictures are drawn, n = (smallest class) // 2. With F
    the Frechet distance of Gaussians,

        inter = mean over i != j of F(A_i, B_j),    intra = mean over i of F(A_i, B_i)

    so both terms are of n against n pictures and pure noise has the ratio 1. (A whole class against whole classes
    in `inter` would give 0.5 there.)

    Args:
        sets: for each class finite floats (N_i, D), one D for all: artifacts, or anything else.
        seed: fixes the halves, at least 0.
        halves: how often they are drawn, at least 2.
        components: measure in so many principal components of all rows pooled, without their labels; None
            measures in all D. A half must hold more pictures than dimensions, else its covariance is singular and
            noise fills both terms.

    Raises:
        ScoreError: fewer than two classes, a class too small, shapes that do not fit, NaN, or no variance.

    Source: arXiv 2402.10401, with equal halves in both terms.

    >>> rng = np.random.default_rng(0)
    >>> far = {"a": rng.normal(size=(100, 2)), "b": rng.normal(3.0, size=(100, 2))}
    >>> found = fdr(far)
    >>> found.value > 10, found.n, found.d
    (True, 50, 2)
    """
    classes = checked_classes(sets, seed=seed, halves=halves, components=components)
    n = min(map(len, classes.values())) // 2
    explained = 1.0
    if components is not None:
        axes = pooled_components(classes, components)
        classes = {label: axes.project(rows) for label, rows in classes.items()}
        explained = min(1.0, axes.explained)
    distances = np.array([half_distances(classes, n, seed, repeat) for repeat in range(halves)])
    return _ratio(distances, tuple(classes), n, next(iter(classes.values())).shape[1], seed, explained)


def _ratio(
    distances: NDArray[np.float64], labels: tuple[str, ...], n: int, d: int, seed: int, explained: float
) -> FDR:
    """Sum up distances (halves, C, C)."""
    means = means_of(distances)
    inter, intra = means.inter, means.intra
    lower, upper = np.quantile(inter / intra, (0.025, 0.975))
    mean = distances.mean(axis=0)
    return FDR(
        value=float(inter.mean() / intra.mean()),
        lower=float(lower),
        upper=float(upper),
        inter=float(inter.mean()),
        intra=float(intra.mean()),
        n=n,
        d=d,
        seed=seed,
        halves=len(distances),
        labels=labels,
        distances=tuple(tuple(float(value) for value in row) for row in mean),
        explained=float(explained),
    )
