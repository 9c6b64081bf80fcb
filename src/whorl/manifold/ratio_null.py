"""Whether a Frechet distance ratio is more than chance: labels dealt to the pictures at random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.manifold.halves import checked_classes, half_distances, means_of, pooled_components

SCHEMA = "whorl-fdr-null/1"
DEALINGS = 199
"""Random dealings; the smallest p-value is 1 / 200."""
LEAST_DEALINGS = 19
"""With fewer, no p-value could be 0.05."""
_SPAWN = 8


@dataclass(frozen=True)
class FDRNull:
    """A Frechet distance ratio beside those of classes whose labels were dealt at random.

    Attributes:
        value: the ratio with the true labels, in as few draws of the halves as the dealt ones have; `fdr` draws
            more.
        mean: of the ratios with dealt labels, about 1.
        high: their 95 % quantile.
        p: (1 + dealt ratios at least as large) / (1 + dealings).
        dealings: how often labels were dealt.
        halves: how often halves were drawn in each.
        n: pictures in each half.
        d: dimensions.
        seed: fixes halves and dealings.
    """

    value: float
    mean: float
    high: float
    p: float
    dealings: int
    halves: int
    n: int
    d: int
    seed: int

    @property
    def least_p(self) -> float:
        """The smallest p that so many dealings can give."""
        return 1 / (1 + self.dealings)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"schema": SCHEMA} | asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FDRNull:
        """Return what `to_dict` wrote.

        Raises:
            ScoreError: another schema, or names that do not fit.
        """
        names = {entry.name for entry in fields(cls)}
        if values.get("schema") != SCHEMA or set(values) != names | {"schema"}:
            raise ScoreError(f"expected {SCHEMA} with {', '.join(sorted(names))}; got {sorted(values)}.")
        return cls(**{name: values[name] for name in names})


def fdr_null(
    sets: Mapping[str, NDArray[np.floating]],
    *,
    dealings: int = DEALINGS,
    halves: int = 5,
    seed: int = 0,
    components: int | None = None,
) -> FDRNull:
    """Deal the labels of all pictures at random, and count how often the ratio is as large as with the true ones.

    Classes keep their sizes. The same halves of the same classes are drawn for every dealing, and the true labels
    count as one of them (add-one rule), so p is valid for however few dealings: where pictures of all classes are
    alike, p is at most x in a share x of the cases. It does not say what makes classes differ; other resizing or
    compression does so too.

    Args:
        sets: for each class finite floats (N_i, D), one D for all.
        dealings: at least 19, with which p can be 0.05.
        halves: how often halves are drawn in each; a p-value needs fewer draws than an interval.
        seed: fixes halves and dealings, at least 0.
        components: see `whorl.manifold.fdr`.

    Raises:
        ScoreError: as `whorl.manifold.fdr`, or too few dealings.

    Source: add-one rule: Phipson and Smyth, Permutation P-values Should Never Be Zero (2010), section 2.

    >>> rng = np.random.default_rng(0)
    >>> far = {"a": rng.normal(size=(40, 2)), "b": rng.normal(3.0, size=(40, 2))}
    >>> found = fdr_null(far, dealings=19)
    >>> found.p, found.value > found.high
    (0.05, True)
    """
    if dealings < LEAST_DEALINGS:
        raise ScoreError(
            f"dealings must be at least {LEAST_DEALINGS}, with which p can be 0.05; got {dealings}."
        )
    classes = checked_classes(sets, seed=seed, halves=halves, components=components)
    if components is not None:
        axes = pooled_components(classes, components)
        classes = {label: axes.project(rows) for label, rows in classes.items()}
    pooled = np.concatenate(list(classes.values()))
    ends = np.cumsum([len(rows) for rows in classes.values()])[:-1]
    n = min(map(len, classes.values())) // 2
    true = _ratio(classes, n, seed, halves)
    dealt = np.empty(dealings)
    for place, own in enumerate(np.random.SeedSequence((seed, _SPAWN)).spawn(dealings)):
        parts = np.split(np.random.default_rng(own).permutation(pooled), ends)
        dealt[place] = _ratio(dict(zip(classes, parts, strict=True)), n, seed, halves)
    return FDRNull(
        value=true,
        mean=float(dealt.mean()),
        high=float(np.quantile(dealt, 0.95)),
        p=float((1 + np.count_nonzero(dealt >= true)) / (1 + dealings)),
        dealings=dealings,
        halves=halves,
        n=n,
        d=pooled.shape[1],
        seed=seed,
    )


def _ratio(classes: Mapping[str, NDArray[np.floating]], n: int, seed: int, halves: int) -> float:
    return means_of(np.array([half_distances(classes, n, seed, repeat) for repeat in range(halves)])).ratio
