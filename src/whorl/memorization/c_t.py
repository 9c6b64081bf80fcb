"""C_T on arrays with given cells: the pure function under everything else."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whorl.errors import ScoreError
from whorl.memorization.score import CTScore, HeldOutDistances, score_distances
from whorl.neighbors import Metric, nearest

Scope: TypeAlias = Literal["cell", "all"]
SCOPES: tuple[Scope, ...] = ("cell", "all")
DEFAULT_MIN_GENERATED = 20


def c_t(
    train: NDArray[np.floating],
    test: NDArray[np.floating],
    generated: NDArray[np.floating],
    *,
    train_cells: NDArray[np.integer],
    test_cells: NDArray[np.integer],
    generated_cells: NDArray[np.integer],
    tau: float | None = None,
    metric: Metric = "euclidean",
    scope: Scope = "cell",
) -> CTScore:
    """Return the data-copying score C_T of generated points, in given cells.

    C_T = sum over the used cells of P_n(pi) Z_U(pi) / sum of P_n(pi). Negative: generated points lie closer
    to the training points than fresh test points do (copying). Meehan, Chaudhuri, Dasgupta (AISTATS 2020),
    equation 3; arXiv 2407.21159, section 3.1.

    Args:
        train: (l, D) floats, the training points T.
        test: (n, D) floats, held-out points P.
        generated: (m, D) floats, the points Q under test.
        train_cells: integer labels (l,).
        test_cells: integer labels (n,).
        generated_cells: integer labels (m,).
        tau: a cell counts where its share of generated points is strictly greater; None means 20 / m.
        metric: ``"euclidean"`` (both papers' texts), or ``"abs-cosine"`` (1 - |cos|, the code behind
            arXiv 2407.21159).
        scope: ``"cell"``: nearest training point of the same cell (the authors' code); ``"all"``: of all T.

    Raises:
        ScoreError: shapes do not fit, NaN, an unknown option, or no cell that can be scored.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> train, test = rng.normal(size=(400, 2)), rng.normal(size=(100, 2))
    >>> one = lambda points: np.zeros(len(points), dtype=int)
    >>> copies = train[:100] + 1e-3
    >>> score = c_t(train, test, copies, train_cells=one(train), test_cells=one(test),
    ...             generated_cells=one(copies))
    >>> score.standardised < -5
    True
    """
    arrays = {
        "train": (train, train_cells),
        "test": (test, test_cells),
        "generated": (generated, generated_cells),
    }
    for name, (points, cells) in arrays.items():
        _check_side(name, np.asarray(points), np.asarray(cells))
    if scope not in SCOPES:
        raise ScoreError(f"scope must be one of {', '.join(SCOPES)}; got {scope!r}.")
    train, test, generated = (np.asarray(points) for points, _ in arrays.values())
    train_cells, test_cells, generated_cells = (np.asarray(cells) for _, cells in arrays.values())
    if tau is None:
        tau = DEFAULT_MIN_GENERATED / len(generated)

    def distances(points: NDArray[np.floating], cells: NDArray[np.integer]) -> NDArray[np.float64]:
        if scope == "all":
            return nearest(points, train, metric=metric).distance
        return nearest(points, train, query_cells=cells, train_cells=train_cells, metric=metric).distance

    labels, counts = np.unique(train_cells, return_counts=True)
    return score_distances(
        distances(generated, generated_cells),
        HeldOutDistances.of(distances(test, test_cells), test_cells),
        generated_cells=generated_cells,
        train_counts=dict(zip(labels.tolist(), counts.tolist(), strict=True)),
        tau=tau,
    )


def _check_side(name: str, points: NDArray[np.floating], cells: NDArray[np.integer]) -> None:
    if points.ndim != 2 or len(points) == 0 or not np.issubdtype(points.dtype, np.floating):
        raise ScoreError(
            f"{name} must be a non-empty (N, D) array of floats; got shape {points.shape}, {points.dtype}."
        )
    if cells.shape != (len(points),) or not np.issubdtype(cells.dtype, np.integer):
        raise ScoreError(
            f"{name}_cells must be integers of shape {(len(points),)}; got shape {cells.shape}, {cells.dtype}."
        )
