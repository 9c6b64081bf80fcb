"""What this machine can do: the ceiling of everything else."""

from __future__ import annotations

import pytest
import torch

from material import Sizes
from race import Race


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float64"])
def bench_matrix_product(race: Race, sizes: Sizes, dtype: str) -> None:
    """A square product, in GFLOP/s."""
    n = sizes.product
    a, b = (torch.randn(n, n).to(getattr(torch, dtype)) for _ in range(2))
    out = torch.empty_like(a)
    best = race.alone(lambda: torch.mm(a, b, out=out), what=f"Matrix product, {n} x {n} x {n}, {dtype}")
    race.note(figures={"GFLOP/s": round(2 * n**3 / best / 1e9)})
