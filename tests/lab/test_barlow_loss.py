"""The loss of Barlow Twins against float64 loops, Pearson's correlation and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import hadamard

from whorl.lab.training.barlow_loss import barlow_twins_loss, cross_correlation

LAMBDA = 0.005


def drawn(count, width, seed):
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(count, width)) @ rng.normal(size=(width, width)) + rng.normal(size=width)
    return torch.from_numpy(first), torch.from_numpy(first + 0.5 * rng.normal(size=first.shape))


def orthogonal(columns):
    """Eight pictures, columns of mean 0 and variance 1 that are orthogonal to each other."""
    return torch.from_numpy(hadamard(8)[:, list(columns)]).double()


@given(count=st.integers(3, 9), width=st.integers(1, 6), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_the_loss_is_the_double_sum_over_pearson_correlations(count, width, seed):
    # 1e-5 is added to each variance: nothing beside such numbers.
    first, second = (1e4 * z for z in drawn(count, width, seed))
    expected = 0.0
    for i in range(width):
        for j in range(width):
            c = np.corrcoef(first[:, i].numpy(), second[:, j].numpy())[0, 1]
            expected += (1 - c) ** 2 if i == j else LAMBDA * c**2
    found = barlow_twins_loss(first, second, redundancy=LAMBDA)
    assert float(found) == pytest.approx(expected, abs=1e-6)


def test_single_precision_says_the_same():
    first, second = drawn(200, 30, 0)
    wide = barlow_twins_loss(first, second, redundancy=LAMBDA)
    narrow = barlow_twins_loss(first.float(), second.float(), redundancy=LAMBDA)
    assert float(narrow) == pytest.approx(float(wide), rel=1e-4)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (orthogonal(range(1, 6)), orthogonal(range(1, 6)), 0.0),  # equal views, nothing said twice
        (orthogonal(range(1, 6)), -orthogonal(range(1, 6)), 5 * 2**2),  # C = -1
        (orthogonal([1, 2, 3]), orthogonal([4, 5, 6]), 3.0),  # nothing in common: C = 0
        (orthogonal([1, 1, 1]), orthogonal([1, 1, 1]), LAMBDA * 6),  # all said three times
        (3 * orthogonal([1, 2]) + 7, orthogonal([1, 2]) / 2 - 9, 0.0),  # scale and place do not matter
    ],
)
def test_closed_forms(first, second, expected):
    assert float(barlow_twins_loss(first, second, redundancy=LAMBDA)) == pytest.approx(expected, abs=1e-3)


def test_exchanged_views_transpose_the_correlations():
    first, second = drawn(20, 4, 3)
    torch.testing.assert_close(cross_correlation(first, second), cross_correlation(second, first).T)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        cross_correlation(first[order], second[order]), cross_correlation(first, second)
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (torch.ones(1, 4), torch.zeros(1, 4)),  # a batch of one
        (torch.full((6, 4), 1e4), torch.full((6, 4), -3.0)),  # constant projections
        (torch.zeros(6, 4), torch.arange(24.0).view(6, 4)),
    ],
)
def test_what_does_not_vary_correlates_with_nothing_and_is_not_nan(first, second):
    first.requires_grad_()
    loss = barlow_twins_loss(first, second, redundancy=LAMBDA)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(4.0)  # (1 - 0)^2 for each of four components
    assert torch.isfinite(first.grad).all()
