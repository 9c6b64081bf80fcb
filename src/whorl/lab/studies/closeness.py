"""Are things of one group nearer to each other than to others, and could chance have done it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.fingerprints.similarity import Rule, alike
from whorl.lab.studies.set_curves import SetCurve

_DEALS = 9_999


@dataclass(frozen=True)
class Closeness:
    """Pairs within groups against pairs across them.

    Attributes:
        within, across: mean of either kind of pair.
        difference: within less across; positive where groups hold together, numbers being similarities.
        p_value: one-sided, the share of random dealings of the groups with a difference as large; at least one in
            as many dealings.
        nearest: share of members whose most similar other one is of their group; over those with company.
    """

    within: float
    across: float
    difference: float
    p_value: float
    nearest: float


def similarities(curves: Sequence[SetCurve], rule: Rule) -> NDArray[np.float64]:
    """Return how alike each two curves are, (N, N), from the second layer on as in the paper.

    Layers at which either has no number are left out; NaN where none is left.
    """
    values = [curve.values[1:] if len(curve.values) > 1 else curve.values for curve in curves]
    return np.array([[_alike(a, b, rule) for b in values] for a in values])


def closeness(similar: NDArray[np.float64], groups: Sequence[str], *, seed: int = 0) -> Closeness:
    """Compare pairs within groups with pairs across them, by dealing the groups anew.

    Args:
        similar: (N, N), symmetric; the diagonal does not count.
        groups: N names; at least one group with two members, and two groups.
        seed: fixes the dealings.

    >>> similar = np.array([[1, 0.9, 0.1, 0.1], [0.9, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.9], [0.1, 0.1, 0.9, 1]])
    >>> found = closeness(similar, ["a", "a", "b", "b"])
    >>> round(found.difference, 3), found.nearest, round(found.p_value, 1)
    (0.8, 1.0, 0.3)
    """
    names = np.array(groups)
    upper = np.triu(np.ones(similar.shape, bool), 1) & np.isfinite(similar)
    within, across = _means(similar, upper, names)
    rng = np.random.default_rng(seed)
    dealt = [np.subtract(*_means(similar, upper, rng.permutation(names))) for _ in range(_DEALS)]
    observed = within - across
    # Equal up to rounding counts as equal: a dealing may only rename the groups.
    as_large = int((np.array(dealt) >= observed - 1e-12).sum())
    return Closeness(within, across, observed, (as_large + 1) / (_DEALS + 1), _nearest(similar, names))


def _means(
    similar: NDArray[np.float64], upper: NDArray[np.bool_], names: NDArray[np.str_]
) -> tuple[float, float]:
    same = names[:, None] == names[None, :]
    return float(similar[upper & same].mean()), float(similar[upper & ~same].mean())


def _nearest(similar: NDArray[np.float64], names: NDArray[np.str_]) -> float:
    others = np.where(np.eye(len(names), dtype=bool), -np.inf, np.nan_to_num(similar, nan=-np.inf))
    company = [(names == name).sum() > 1 for name in names]
    right = names[others.argmax(axis=1)] == names
    return float(right[company].mean())


def _alike(a: NDArray[np.float64], b: NDArray[np.float64], rule: Rule) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    return alike(a[both], b[both], rule) if both.any() else float("nan")
