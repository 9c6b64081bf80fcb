"""The C_T score of one embedding space, from the distances within cells."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from whorl.errors import ScoreError
from whorl.memorization.mann_whitney import z_u_of_sorted


@dataclass(frozen=True)
class CellScore:
    """What one cell contributes.

    Attributes:
        label: the cell's label.
        z: Z_U of the cell (negative: generated closer to training than test), None where undefined.
        n_train, n_test, n_generated: how many points of each set the cell holds.
        used: whether the cell counts: its share of generated points exceeds tau, and it holds test and
            training points.
    """

    label: int
    z: float | None
    n_train: int
    n_test: int
    n_generated: int
    used: bool


@dataclass(frozen=True)
class CTScore:
    """C_T of one embedding space. Negative: copies. About 0: healthy. Positive: under-fits.

    Attributes:
        value: C_T = sum P_n(pi) Z_U(pi) / sum P_n(pi) over the used cells.
        standardised: C_T / null_sd, about a standard normal for a healthy model.
        null_sd: sqrt(sum w^2), w the normalised weights: the spread of C_T when generated and test points
            come from one distribution.
        p_value: one-sided for copying, Phi(standardised): small means copies.
        p_value_under_fit: the other side, 1 - Phi(standardised): small means under-fits.
        coverage: share of the test points that lie in used cells.
        cells: every cell, used or not.
        tau: the threshold on a cell's share of generated points (strictly greater passes).
    """

    value: float
    standardised: float
    null_sd: float
    p_value: float
    p_value_under_fit: float
    coverage: float
    cells: tuple[CellScore, ...]
    tau: float

    def to_dict(self) -> dict[str, Any]:
        """Return the score as JSON values."""
        return asdict(self) | {"cells": [asdict(cell) for cell in self.cells]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CTScore:
        """Rebuild a score from `to_dict`'s values."""
        fields = dict(data)
        fields["cells"] = tuple(CellScore(**cell) for cell in fields["cells"])
        return cls(**fields)


@dataclass(frozen=True)
class HeldOutDistances:
    """The held-out pictures' distances to the training set, cell by cell.

    Attributes:
        count: n, of all cells.
        by_cell: for each label float64 distances, ascending.
    """

    count: int
    by_cell: Mapping[int, NDArray[np.float64]]

    @classmethod
    def of(cls, distances: NDArray[np.float64], cells: NDArray[np.integer]) -> HeldOutDistances:
        """Sort distances (n,) of pictures in cells (n,).

        >>> HeldOutDistances.of(np.array([3.0, 1.0, 2.0]), np.array([0, 0, 5])).by_cell
        {0: array([1., 3.]), 5: array([2.])}
        """
        order = np.lexsort((distances, cells))
        labels, starts = np.unique(cells[order], return_index=True)
        parts = np.split(distances[order], starts[1:])
        return cls(len(distances), dict(zip(labels.tolist(), parts, strict=True)))


def score_distances(
    generated_distances: NDArray[np.float64],
    test: HeldOutDistances,
    *,
    generated_cells: NDArray[np.integer],
    train_counts: Mapping[int, int],
    tau: float,
) -> CTScore:
    """Combine the cells' Z_U into C_T, from distances to the training set already found.

    Args:
        generated_distances: float64 (m,), to the nearest training point.
        test: the same of the held-out pictures.
        generated_cells: integer (m,).
        train_counts: how many training points each cell holds.
        tau: a cell counts where its share of generated points is strictly greater.

    Raises:
        ScoreError: no cell can be used, so there is no number to give.
    """
    labels = sorted({*train_counts, *test.by_cell, *np.unique(generated_cells).tolist()})
    m, n = len(generated_distances), test.count
    nothing = np.empty(0)
    cells = []
    for label in labels:
        q, p = generated_distances[generated_cells == label], test.by_cell.get(label, nothing)
        n_train = train_counts.get(label, 0)
        testable = n_train > 0 and p.size > 0 and q.size > 0
        z = z_u_of_sorted(q, p) if testable else None
        used = testable and q.size / m > tau
        cells.append(CellScore(int(label), z, n_train, int(p.size), int(q.size), used))
    return _combine(tuple(cells), m, n, tau)


def _combine(cells: tuple[CellScore, ...], m: int, n: int, tau: float) -> CTScore:
    used = [(cell.n_test, cell.z) for cell in cells if cell.used and cell.z is not None]
    if not used:
        raise ScoreError(
            f"no cell can be scored: {m} generated and {n} test points in {len(cells)} cells, and none has "
            f"test and training points and more than tau = {tau:.4g} of the generated points "
            f"({tau * m:.4g} points). Give more generated pictures, or use fewer cells or a smaller tau."
        )
    mass = np.array([count for count, _ in used], dtype=np.float64)
    z = np.array([value for _, value in used])
    weights = mass / mass.sum()
    value = float(weights @ z)
    null_sd = math.sqrt(float(weights @ weights))
    standardised = value / null_sd
    return CTScore(
        value=value,
        standardised=standardised,
        null_sd=null_sd,
        p_value=float(stats.norm.cdf(standardised)),
        p_value_under_fit=float(stats.norm.sf(standardised)),
        coverage=float(mass.sum() / n),
        cells=cells,
        tau=tau,
    )
