"""Exact nearest neighbours against matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from material import SIZES, Sizes
from race import Race
from whorl.neighbors import nearest


def _points(shape: tuple[int, int, int]) -> tuple[Any, Any, str]:
    """Draw queries and training points, and say what is searched."""
    queries, n, columns = shape
    rng = np.random.default_rng(0)
    q, t = (rng.standard_normal((rows, columns), dtype=np.float32) for rows in (queries, n))
    return q, t, f"Nearest neighbours, {queries:,} x {n:,} x {columns}"


def _shape(shapes: Sequence[tuple[int, int, int]], which: int) -> tuple[int, int, int]:
    if which >= len(shapes):
        pytest.skip("one shape is enough to see that it runs")
    return shapes[which]


@pytest.mark.parametrize("which", range(len(SIZES["full"].wide)))
def bench_wide(race: Race, sizes: Sizes, which: int) -> None:
    """At 768 columns and more: the rate of a square product is the ceiling."""
    shape, side = _shape(sizes.wide, which), sizes.product
    q, t, what = _points(shape)
    a, out = torch.randn(side, side), torch.empty(side, side)
    race.run(
        lambda: nearest(q, t),
        lambda: torch.mm(a, a, out=out),
        what=what,
        against="matrix-product rate, float32",
        wanted=0.6,
        share=math.prod(shape) / side**3,
    )


@pytest.mark.parametrize("which", range(len(SIZES["full"].narrow)))
def bench_narrow(race: Race, sizes: Sizes, which: int) -> None:
    """At 64 columns: a product of the same shape is the ceiling."""
    q, t, what = _points(_shape(sizes.narrow, which))
    a, b, out = torch.from_numpy(q), torch.from_numpy(t), torch.empty(len(q), len(t))
    race.run(
        lambda: nearest(q, t),
        lambda: torch.mm(a, b.T, out=out),
        what=what,
        against="product of the same shape, its memory ready",
        wanted=0.8,
    )
