"""Exact nearest neighbours against matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from material import SIZES, Sizes
from race import Race
from whorl.neighbors import nearest


def _points(shape: tuple[int, int, int]) -> tuple[Any, Any]:
    queries, n, columns = shape
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal((rows, columns), dtype=np.float32) for rows in (queries, n))  # type: ignore[return-value]


@pytest.mark.parametrize("which", range(len(SIZES["full"].wide)))
def bench_wide(race: Race, sizes: Sizes, which: int) -> None:
    """At 768 columns and more: the rate of a square product is the ceiling."""
    if which >= len(sizes.wide):
        pytest.skip("one shape is enough to see that it runs")
    shape = queries, n, columns = sizes.wide[which]
    q, t = _points(shape)
    side = sizes.product
    a, out = torch.randn(side, side), torch.empty(side, side)
    race.run(
        lambda: nearest(q, t),
        lambda: torch.mm(a, a, out=out),
        what=f"Nearest neighbours, {queries:,} x {n:,} x {columns}",
        against="matrix-product rate, float32",
        wanted=0.6,
        share=queries * n * columns / side**3,
    )


@pytest.mark.parametrize("which", range(len(SIZES["full"].narrow)))
def bench_narrow(race: Race, sizes: Sizes, which: int) -> None:
    """At 64 columns: a product of the same shape is the ceiling."""
    if which >= len(sizes.narrow):
        pytest.skip("one shape is enough to see that it runs")
    shape = queries, n, columns = sizes.narrow[which]
    q, t = _points(shape)
    a, b, out = torch.from_numpy(q), torch.from_numpy(t), torch.empty(queries, n)
    race.run(
        lambda: nearest(q, t),
        lambda: torch.mm(a, b.T, out=out),
        what=f"Nearest neighbours, {queries:,} x {n:,} x {columns}",
        against="product of the same shape, its memory ready",
        wanted=0.8,
    )
