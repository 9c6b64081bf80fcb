"""How long fitting a Reference will take: measured on a small one of made-up rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROWS = 8192
_WARMING_UP = 512


def expected_fit_seconds(n_train: int, n_test: int, widths: Sequence[int], **settings: Any) -> float:
    """Return the seconds that fitting will take once T and P are encoded.

    For each width, one layer of some thousand rows with a spectrum like that of embeddings is fitted. Every step
    of a fit takes time in proportion to the rows of T; the neighbours of P do not, but count for millions only.

    Args:
        n_train: rows of T.
        n_test: rows of P.
        widths: of each layer.
        **settings: what `Reference.from_embeddings` takes: cells, components, metric, scope.
    """
    least: int = 2 * settings.get("cells", 10)
    _fit(least + _WARMING_UP, least, widths[0], settings)
    rows = min(n_train, least + _ROWS)
    held_out = max(least, n_test * rows // n_train)
    each = {width: _fit(rows, held_out, width, settings) for width in set(widths)}
    return sum(each[width] for width in widths) * n_train / rows


def _fit(rows: int, held_out: int, width: int, settings: dict[str, Any]) -> float:
    from whorl.memorization import Reference

    points = _like_embeddings(rows + held_out, width)
    started = time.perf_counter()
    Reference.from_embeddings({1: points[:rows]}, {1: points[rows:]}, **settings)
    return time.perf_counter() - started


def _like_embeddings(count: int, width: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(count, width)) / np.sqrt(1 + np.arange(width))).astype(np.float32)
