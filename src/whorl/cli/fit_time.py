"""How long fitting a Reference will take: measured on a small one of made-up rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.memorization.centres import STARTS, best_centres, rows_shown
from whorl.memorization.memory import DEFAULT_MEMORY, fits_in_memory
from whorl.memorization.settings import DEFAULT_PARTITIONS

_ROWS = 8192
_FEWEST_ROWS = 512
_NUMBERS = 4_000_000
_ROWS_STREAMED, _NUMBERS_STREAMED = 32_768, 16_000_000
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
    million numbers (16 million streamed). What is wider, and whatever is left once two seconds are spent, is
    scaled from the last one fitted. Scaling is by a count of operations: most steps are in proportion to the rows
    of T, the decomposition grows with the square of the width. Streamed, much does not grow with T: two sizes
    are fitted, and k-means, which goes over few rows many times, is measured apart. The search for P's
    neighbours counts in proportion to T for as many pictures of P as the probe has rows; where P has more, it is
    underestimated.

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
            numbers = _NUMBERS_STREAMED if streamed else _NUMBERS
            most = least + (_ROWS_STREAMED if streamed else _ROWS)
            rows = min(n_train, max(fewest, min(most, numbers // columns)))
            held_out = max(least, min(n_test, rows))
            pace = _streamed if streamed else _in_memory
            started = time.perf_counter()
            paces[columns, streamed] = pace(rows, held_out, columns, settings)
            spent += time.perf_counter() - started
        latest = paces.get((columns, streamed), latest)
        if latest is not None:
            total += latest.seconds(n_train, width, _cells(settings))
    return total


@dataclass(frozen=True)
class _Pace:
    """Seconds per unit of each kind of step.

    Attributes:
        by_rows: what grows with the rows of T.
        eigenvectors: of the decomposition.
        shown: per row that mini-batch k-means is shown.
    """

    by_rows: float
    eigenvectors: float
    shown: float = 0.0

    def seconds(self, rows: int, width: int, cells: int) -> float:
        """Return the seconds of a layer."""
        fixed = self.eigenvectors * _eigenvector_operations(rows, width) + self.shown * rows_shown(
            rows, cells
        )
        return self.by_rows * _row_operations(rows, width) + fixed


def _in_memory(rows: int, held_out: int, width: int, settings: dict[str, Any]) -> _Pace:
    seconds = _fit(rows, held_out, width, False, settings)
    each = seconds / (_row_operations(rows, width) + _eigenvector_operations(rows, width))
    return _Pace(each, each)


def _streamed(rows: int, held_out: int, width: int, settings: dict[str, Any]) -> _Pace:
    centres = _seconds(
        lambda: best_centres(
            _like_embeddings(rows, min(width, settings.get("components", 64))),
            _cells(settings),
            range(STARTS),
            mini_batch=True,
        )
    )
    # Two sizes tell what grows with the rows apart from what does not.
    centres *= settings.get("partitions", DEFAULT_PARTITIONS)
    few = max(rows // 4, min(rows, held_out))
    quick, seconds = (_fit(n, held_out, width, True, settings) for n in (few, rows))
    growing = max(seconds - quick, 0.1 * seconds) / max(1, rows - few) * rows
    fixed = max(seconds - growing - centres, 0.0)
    return _Pace(
        growing / _row_operations(rows, width),
        fixed / max(1.0, _eigenvector_operations(rows, width)),
        centres / rows_shown(rows, _cells(settings)),
    )


def _cells(settings: dict[str, Any]) -> int:
    return int(settings.get("cells", 10))


def _row_operations(rows: int, width: int) -> float:
    """Return how much work goes with the rows of a layer, in a unit of no meaning."""
    least = min(rows, width)
    return float(rows) * width * (2 * _OTHER_STEPS if least > _WIDEST_EXACT else least + _OTHER_STEPS)


def _eigenvector_operations(rows: int, width: int) -> float:
    """Return how much work the decomposition is, in the same unit."""
    least = min(rows, width)
    return 0.0 if least > _WIDEST_EXACT else _EIGENVECTORS * float(least) ** 3


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _fit(rows: int, held_out: int, width: int, streamed: bool, settings: dict[str, Any]) -> float:
    from whorl.memorization import Reference

    points = _like_embeddings(rows + held_out, width)
    # Above what any fit in memory needs, or just below the least that one needs.
    memory = 12 * rows * width - 1 if streamed else 100 * rows * width
    train: dict[Layer, NDArray[np.floating]] = {1: points[:rows]}
    test: dict[Layer, NDArray[np.floating]] = {1: points[rows:]}
    return _seconds(lambda: Reference.from_embeddings(train, test, memory=memory, **settings))


def _like_embeddings(count: int, width: int) -> NDArray[np.floating]:
    """Return rows (count, width) with a spectrum like that of embeddings."""
    points = np.random.default_rng(0).standard_normal((count, width), dtype=np.float32)
    points /= np.sqrt(1 + np.arange(width, dtype=np.float32))
    return points
