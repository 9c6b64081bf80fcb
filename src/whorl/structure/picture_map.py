"""Artifacts of pictures on a plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.memorization.workers import one_thread
from whorl.structure.pooled import pooled

SCHEMA = "whorl-artifact-map/1"


@dataclass(frozen=True, eq=False)
class ArtifactMap:
    """Where artifacts lie, near each other where they are alike. Distances between groups mean nothing in t-SNE.

    Attributes:
        labels: M models.
        owners: int64 (N,), place of each picture's model.
        points: float64 (N, 2), without unit.
        nearest_alike: share of the pictures whose nearest other artifact, in the dimensions that t-SNE saw and not
            on the map, is by the same model; guessing gives about 1 / M.
        d: those dimensions.
        perplexity: about how many neighbours of each picture t-SNE keeps near.
        seed: fixes pictures and map.
    """

    labels: tuple[str, ...]
    owners: NDArray[np.int64]
    points: NDArray[np.float64]
    nearest_alike: float
    d: int
    perplexity: float
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        lists = {"labels": list(self.labels), "owners": self.owners.tolist(), "points": self.points.tolist()}
        return {"schema": SCHEMA} | {entry.name: getattr(self, entry.name) for entry in fields(self)} | lists

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ArtifactMap:
        """Return what `to_dict` wrote.

        Raises:
            ScoreError: another schema, or names that do not fit.
        """
        names = {entry.name for entry in fields(cls)}
        if values.get("schema") != SCHEMA or set(values) != names | {"schema"}:
            raise ScoreError(f"expected {SCHEMA} with {', '.join(sorted(names))}; got {sorted(values)}.")
        plain = {name: values[name] for name in names} | {"labels": tuple(values["labels"])}
        plain["owners"] = np.asarray(values["owners"], dtype=np.int64)
        plain["points"] = np.asarray(values["points"], dtype=np.float64).reshape(-1, 2)
        return cls(**plain)


def artifact_map(
    sets: Mapping[str, NDArray[np.floating]],
    *,
    pictures: int = 200,
    components: int | None = 50,
    perplexity: float = 30.0,
    seed: int = 0,
) -> ArtifactMap:
    """Lay artifacts of several models out on a plane by scikit-learn's t-SNE, started from principal components.

    Args:
        sets: for each model finite floats (N_i, D), of one space.
        pictures: at most so many of each; all models have equally many.
        components: principal components that are left to t-SNE, fewer where there are not so many; None for all D.
        perplexity: above 0, below the number of pictures.
        seed: fixes pictures and map.

    Raises:
        ScoreError: fewer than two models, too few pictures, shapes that do not fit, NaN.

    Source: van der Maaten and Hinton, Visualizing Data using t-SNE (JMLR 9, 2008).

    >>> rng = np.random.default_rng(0)
    >>> found = artifact_map({"a": rng.normal(size=(20, 5)), "b": rng.normal(9, 1, (30, 5))}, perplexity=8)
    >>> found.points.shape, found.nearest_alike
    ((40, 2), 1.0)
    """
    if pictures < 2 or seed < 0:
        raise ScoreError(f"pictures must be at least 2 and seed at least 0; got {pictures} and {seed}.")
    held = pooled(sets, seed=seed, most=pictures)
    if not 0 < perplexity < len(held.values):
        raise ScoreError(f"perplexity must lie between 0 and {len(held.values)} pictures; got {perplexity}.")
    if not np.ptp(held.values, axis=0).any():
        raise ScoreError("all artifacts are the same, so there is nothing to lay out.")
    held = held.reduced(None if components is None else min(components, *held.values.shape))
    from sklearn.manifold import TSNE

    state = int(np.random.SeedSequence((seed, 5)).generate_state(1)[0] % 2**31)
    with one_thread():
        points = TSNE(init="pca", perplexity=perplexity, random_state=state).fit_transform(held.values)
    alike = _nearest_alike(held.values, held.owners)
    return ArtifactMap(
        held.labels,
        held.owners,
        np.asarray(points, np.float64),
        alike,
        held.values.shape[1],
        perplexity,
        seed,
    )


def _nearest_alike(values: NDArray[np.float64], owners: NDArray[np.int64]) -> float:
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(values)
    nearest = found.kneighbors(return_distance=False)[
        :, 0
    ]  # without an argument nobody is their own neighbour
    return float(np.mean(owners[nearest] == owners))
