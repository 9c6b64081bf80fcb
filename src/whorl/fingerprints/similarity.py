"""How alike two C_T-layer curves are, by the three rules of arXiv 2407.21159."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from whorl.errors import ScoreError
from whorl.memorization.curve import Curve

Rule: TypeAlias = Literal["l2", "cosine", "both"]
RULES: tuple[Rule, ...] = ("l2", "cosine", "both")
ALPHA = 0.5


def similarity(
    a: Curve | ArrayLike, b: Curve | ArrayLike, *, rule: Rule = "both", alpha: float = ALPHA
) -> float:
    """Return how alike two curves are; higher is closer.

    l2: 1 / (1 + |a - b|). cosine: a.b / (|a| |b|). both: alpha times the cosine plus 1 - alpha times l2. He, Zhao,
    Bai, Hsieh (arXiv 2407.21159), section 5, as computed by the authors' code.

    Args:
        a: a curve, of which C_T from its second layer on is used, as the authors do; or (L,) numbers, as given.
        b: likewise; a Curve of the same Reference.
        rule: "l2", "cosine" or "both".
        alpha: the weight of the cosine in "both".

    Raises:
        ScoreError: different lengths or References, nothing to compare, NaN, or an unknown rule.

    >>> similarity([3.0, 4.0], [3.0, 4.0])
    1.0
    >>> similarity([1.0, 0.0], [0.0, 1.0], rule="cosine")
    0.0
    """
    if rule not in RULES:
        raise ScoreError(f"rule must be one of {', '.join(RULES)}; got {rule!r}.")
    if not 0 <= alpha <= 1:
        raise ScoreError(f"alpha must lie between 0 and 1; got {alpha}.")
    if isinstance(a, Curve) and isinstance(b, Curve) and (a.reference, a.layers) != (b.reference, b.layers):
        raise ScoreError(
            f"these curves are of different References or layers ({a.reference[:12]} and {b.reference[:12]}) "
            "and cannot be compared; score both sets against one Reference."
        )
    return alike(*_checked(a, b), rule, alpha)


def _checked(a: Curve | ArrayLike, b: Curve | ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = (
        np.asarray(side.values[1:] if isinstance(side, Curve) else side, dtype=np.float64) for side in (a, b)
    )
    if x.shape != y.shape or x.ndim != 1 or x.size == 0:
        raise ScoreError(
            "similarity needs two curves of one length, of at least one layer (two of a Curve, whose first is "
            f"left out); got shapes {x.shape} and {y.shape}."
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ScoreError("similarity needs finite numbers; leave out layers that cannot be scored.")
    return x, y


def alike(x: NDArray[np.float64], y: NDArray[np.float64], rule: Rule, alpha: float = ALPHA) -> float:
    """Return the similarity of numbers (F,) that are known to be finite; see `similarity`."""
    near = 1 / (1 + float(np.linalg.norm(x - y)))
    if rule == "l2":
        return near
    lengths = float(np.linalg.norm(x) * np.linalg.norm(y))
    cosine = float(x @ y) / lengths if lengths > 0 else 0.0
    return cosine if rule == "cosine" else alpha * cosine + (1 - alpha) * near
