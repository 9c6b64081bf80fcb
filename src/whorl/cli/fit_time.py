"""How long fitting a Reference will take: measured on a small one of made-up rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.memorization.centres import STARTS, best_centres, rows_shown
from whorl.memorization.memory import DEFAULT_MEMORY, fits_in_memory

_ROWS = 8192
_FEWEST_ROWS = 512
_NUMBERS = 4_000_000
_WIDEST = 1024
_NARROWEST = 64
_SECONDS = 2.0

# What a row costs beside the decomposition, as if the layer had so many columns more; the share of the
# eigenvectors; past so many rows and columns the decomposition is an iteration, in proportion to both.
_OTHER_STEPS = 500
_EIGENVECTORS = 3
_WIDEST_EXACT = 5000


def expected_fit_seconds(
    n_train: int, n_test: int, widths: Sequence[int], *, memory: int = DEFAULT_MEMORY, **settings: Any
) -> float:
    """Return about how many seconds fitting will take once T and P are encoded.

    Layers of made-up rows are fitted, each of 1024 columns at most and, unless there are very many cells, of 4
    million numbers. What is wider, and whatever is left once two seconds are spent, is scaled from the last one
    fitted. Scaling is by a count of operations: most steps are in proportion to the rows of T, the decomposition
    grows with the square of the width. Streamed, k-means goes over few rows many times and over many rows once: it
    is measured apart, and scaled by the rows it is shown. The search for P's neighbours counts in proportion to T
    for as many pictures of P as the probe has rows; where P has more, it is underestimated.

    Args:
        n_train: rows of T.
        n_test: rows of P.
        widths: of each layer.
        memory: what one layer of T may take; a layer past it is measured as it is fitted, streamed.
        **settings: what `Reference.from_embeddings` takes: cells, components, metric, scope.
    """
    least = 2 * _cells(settings)
    fewest = min(n_train, least + _FEWEST_ROWS)
    cap = min(_WIDEST, max(_NARROWEST, _NUMBERS // (least + _FEWEST_ROWS)))
    total, spent = 0.0, 0.0
    paces: dict[tuple[int, bool], _Pace] = {}
    latest: _Pace | None = None
    # The first fit imports and warms up what the others only call.
    spent += _fit(fewest, least, min(_NARROWEST, *widths), False, settings)
    for width in sorted(widths):
        streamed = not fits_in_memory((n_train, width), memory)
        columns = min(width, cap)
        if (columns, streamed) not in paces and (spent < _SECONDS or latest is None):
            rows = min(n_train, max(fewest, min(least + _ROWS, _NUMBERS // columns)))
            seconds = _fit(rows, max(least, min(n_test, rows)), columns, streamed, settings)
            centres = _centres(rows, columns, settings) if streamed else 0.0
            spent += seconds + centres
            rest = max(seconds - centres, 0.1 * seconds)
            paces[columns, streamed] = _Pace(
                rest / _operations(rows, columns), centres / rows_shown(rows, _cells(settings))
            )
        latest = paces.get((columns, streamed), latest)
        if latest is not None:
            total += latest.operation * _operations(n_train, width)
            total += latest.shown * rows_shown(n_train, _cells(settings))
    return total


@dataclass(frozen=True)
class _Pace:
    """Seconds per operation, and per row that mini-batch k-means is shown."""

    operation: float
    shown: float


def _cells(settings: dict[str, Any]) -> int:
    return int(settings.get("cells", 10))


def _centres(rows: int, width: int, settings: dict[str, Any]) -> float:
    """Return how long mini-batch k-means takes on made-up rows."""
    projected = _like_embeddings(rows, min(width, settings.get("components", 64)))
    started = time.perf_counter()
    best_centres(projected, _cells(settings), range(STARTS), mini_batch=True)
    return time.perf_counter() - started


def _operations(rows: int, width: int) -> float:
    """Return how much work a layer is, in a unit of no meaning."""
    least = min(rows, width)
    if least > _WIDEST_EXACT:
        return float(rows) * width * 2 * _OTHER_STEPS
    return float(rows) * width * (least + _OTHER_STEPS) + _EIGENVECTORS * float(least) ** 3


def _fit(rows: int, held_out: int, width: int, streamed: bool, settings: dict[str, Any]) -> float:
    from whorl.memorization import Reference

    points = _like_embeddings(rows + held_out, width)
    # Above what any fit in memory needs, or just below the least that one needs.
    memory = 12 * rows * width - 1 if streamed else 100 * rows * width
    started = time.perf_counter()
    Reference.from_embeddings({1: points[:rows]}, {1: points[rows:]}, memory=memory, **settings)
    return time.perf_counter() - started


def _like_embeddings(count: int, width: int) -> NDArray[np.float32]:
    """Return rows (count, width) with a spectrum like that of embeddings."""
    points = np.random.default_rng(0).standard_normal((count, width), dtype=np.float32)
    points /= np.sqrt(1 + np.arange(width, dtype=np.float32))
    return points
