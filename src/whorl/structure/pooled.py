"""Features of several models side by side, equally many of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.memorization.projection import Projection as PrincipalComponents
from whorl.memorization.rows import Rows


@dataclass(frozen=True, eq=False)
class Pooled:
    """Equally many pictures of each of M models.

    Attributes:
        labels: M names, sorted: the order in which sets are given decides nothing.
        values: float64 (M n, D), model after model.
        pictures: n.
        explained: share of the variance that was kept; 1.0 where nothing was projected.
    """

    labels: tuple[str, ...]
    values: NDArray[np.float64]
    pictures: int
    explained: float = 1.0

    @property
    def owners(self) -> NDArray[np.int64]:
        """Place of each picture's model, int64 (M n,)."""
        return np.repeat(np.arange(len(self.labels)), self.pictures)

    def reduced(self, components: int | None, *, whiten: bool = False) -> Pooled:
        """Project on principal components of all pictures pooled, found without their labels.

        Args:
            components: at most the smaller of the dimensions and the number of pictures; None leaves features as
                they are.
            whiten: bring each component to variance 1, so that a small one counts as much as a large one.

        Raises:
            ScoreError: too many components, whitening without any, or features that are all alike.
        """
        if components is None:
            if whiten:
                raise ScoreError("whiten=True takes principal components: give components=.")
            return self
        if not 1 <= components <= min(self.values.shape):
            raise ScoreError(
                f"components must lie between 1 and {min(self.values.shape)} for {len(self.values)} pictures in "
                f"{self.values.shape[1]} dimensions; got {components}."
            )
        axes = PrincipalComponents.fit(Rows.of_array(self.values), components=components)
        values = np.asarray(axes.project(self.values), dtype=np.float64)
        if whiten:
            spread = values.std(axis=0)
            values = values / np.where(spread > 0, spread, 1.0)
        return Pooled(self.labels, values, self.pictures, min(1.0, float(axes.explained)))


def pooled(sets: Mapping[str, NDArray[np.floating]], *, seed: int, most: int | None = None) -> Pooled:
    """Take as many pictures of every model as the smallest has, drawn at random.

    Args:
        sets: for each model finite floats (N_i, ...), flattened to (N_i, D) with one D for all.
        seed: fixes which pictures.
        most: at most so many of each.

    Raises:
        ScoreError: fewer than two models, fewer than two pictures, shapes that do not fit, or NaN.

    >>> found = pooled({"a": np.zeros((5, 2)), "b": np.ones((3, 2))}, seed=0)
    >>> found.pictures, found.values.shape
    (3, (6, 2))
    """
    names = tuple(sorted(sets))
    if len(names) < 2:
        raise ScoreError(f"a comparison takes pictures by at least 2 models; got {len(names)}.")
    flat = {name: np.asarray(sets[name], np.float64).reshape(len(sets[name]), -1) for name in names}
    shapes = {name: rows.shape for name, rows in flat.items()}
    if len({width for _, width in shapes.values()}) > 1:
        raise ScoreError(f"expected (N, D) of one D for every model; got {shapes}.")
    count = min(map(len, flat.values()))
    if count < 2:
        small = min(flat, key=lambda name: len(flat[name]))
        raise ScoreError(f"model {small!r} has {count} pictures; at least 2 are needed.")
    for name, rows in flat.items():
        if not np.isfinite(rows).all():
            raise ScoreError(f"the features of model {name!r} hold NaN or infinity.")
    count = count if most is None else min(count, most)
    seeds = np.random.SeedSequence((seed, 1)).spawn(len(names))
    chosen = [
        rows[np.sort(np.random.default_rng(own).permutation(len(rows))[:count])]
        for rows, own in zip(flat.values(), seeds, strict=True)
    ]
    return Pooled(names, np.concatenate(chosen), count)
