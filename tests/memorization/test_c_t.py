"""c_t and its parts: cells that cannot be tested, conventions, null spread, bad input."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from whorl import CTScore, ScoreError, c_t, z_u


def _cells(*sizes):
    return np.repeat(np.arange(len(sizes)), sizes)


def _score(train, test, generated, cells=(None, None, None), **options):
    labels = [
        np.zeros(len(a), int) if c is None else c
        for a, c in zip((train, test, generated), cells, strict=True)
    ]
    return c_t(
        train,
        test,
        generated,
        train_cells=labels[0],
        test_cells=labels[1],
        generated_cells=labels[2],
        **options,
    )


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=30),
    st.lists(st.integers(0, 6), min_size=1, max_size=30),
)
def test_z_u_is_the_mann_whitney_statistic_standardised(q, p):
    u = stats.mannwhitneyu(q, p).statistic
    m, n = len(q), len(p)
    expected = (u - (n * m / 2 - 0.5)) / np.sqrt(n * m * (n + m + 1) / 12)
    assert z_u(q, p) == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=20), st.lists(st.floats(0, 100), min_size=1, max_size=20)
)
def test_z_u_depends_on_ranks_alone(q, p):
    both = np.unique([*q, *p])
    ranks = [np.searchsorted(both, side).astype(float) for side in (q, p)]
    assert z_u(*ranks) == z_u(q, p)


@pytest.mark.parametrize("sides", [([], [1.0]), ([1.0], []), ([np.nan], [1.0]), ([[1.0]], [1.0])])
def test_z_u_of_nothing_is_refused(sides):
    with pytest.raises(ScoreError, match="Z_U needs"):
        z_u(*sides)


def test_the_null_spread_is_what_standardised_assumes():
    """300 healthy draws in ten cells: standardised C_T has mean about 0 and standard deviation about 1."""
    rng = np.random.default_rng(0)
    values = []
    for _ in range(300):
        train, test, generated = (rng.normal(size=(n, 2)) for n in (300, 200, 400))
        cells = [np.digitize(points[:, 0], np.quantile(train[:, 0], np.linspace(0, 1, 11)[1:-1])) for points in
                 (train, test, generated)]  # fmt: skip
        values.append(_score(train, test, generated, cells).standardised)
    assert abs(np.mean(values)) < 0.3
    assert 0.85 < np.std(values) < 1.15


def test_one_cell_has_null_sd_one_and_ten_equal_cells_a_tenth_of_the_variance():
    rng = np.random.default_rng(1)
    train, test, generated = (rng.normal(size=(500, 2)) for _ in range(3))
    assert _score(train, test, generated).null_sd == 1
    ten = np.arange(500) % 10
    assert _score(train, test, generated, (ten, ten, ten)).null_sd == pytest.approx(np.sqrt(0.1))


def test_cells_that_cannot_be_tested_are_left_out_and_counted():
    rng = np.random.default_rng(2)
    train, test, generated = rng.normal(size=(60, 3)), rng.normal(size=(50, 3)), rng.normal(size=(160, 3))
    score = _score(
        train, test, generated, (_cells(30, 30, 0, 0), _cells(20, 0, 30, 0), _cells(40, 40, 40, 40))
    )
    used = {cell.label: cell.used for cell in score.cells}
    assert used == {0: True, 1: False, 2: False, 3: False}
    assert [cell.z is None for cell in score.cells] == [False, True, True, True]
    assert score.coverage == pytest.approx(0.4)
    assert score.value == pytest.approx(score.cells[0].z)


def test_tau_is_strict_and_defaults_to_twenty_points():
    rng = np.random.default_rng(3)
    points = rng.normal(size=(200, 2))
    cells = _cells(100, 100)
    score = _score(points, points + 0.1, points[:121], (cells, cells, _cells(20, 101)))
    assert [cell.used for cell in score.cells] == [False, True]
    score = _score(points, points + 0.1, points[:121], (cells, cells, _cells(20, 101)), tau=19.9 / 121)
    assert [cell.used for cell in score.cells] == [True, True]


def test_no_usable_cell_is_an_error_never_a_number():
    rng = np.random.default_rng(4)
    points = rng.normal(size=(100, 2))
    with pytest.raises(ScoreError, match=r"no cell can be scored.*fewer cells"):
        _score(points, points, points[:15])
    with pytest.raises(ScoreError, match="no cell can be scored"):
        _score(points, points, points, (_cells(100), np.ones(100, int), np.full(100, 2)))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 50))
def test_moving_turning_and_scaling_space_changes_nothing(seed, factor):
    rng = np.random.default_rng(seed)
    train, test, generated = (rng.normal(size=(n, 3)) for n in (80, 40, 60))
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    shift = rng.normal(size=3)
    moved = [factor * (points @ turn + shift) for points in (train, test, generated)]
    assert _score(*moved).value == pytest.approx(_score(train, test, generated).value, abs=1e-9)


def test_a_score_survives_json():
    rng = np.random.default_rng(5)
    score = _score(*(rng.normal(size=(100, 2)) for _ in range(3)))
    assert CTScore.from_dict(json.loads(json.dumps(score.to_dict()))) == score


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"generated": np.zeros((0, 2))}, "generated must be"),
        ({"test": np.zeros((5, 2), int)}, "floats"),
        ({"train": np.zeros(5)}, r"\(N, D\)"),
        ({"test": np.full((5, 2), np.nan)}, "NaN"),
        ({"test": np.zeros((5, 3))}, "equal width"),
        ({"test_cells": np.zeros(3, int)}, "test_cells"),
        ({"test_cells": np.zeros(5)}, "test_cells must be integers"),
        ({"metric": "cosine"}, "abs-cosine"),
        ({"scope": "here"}, "scope"),
    ],
)
def test_bad_input_is_named(change, message):
    inputs = {
        "train": np.random.default_rng(0).normal(size=(5, 2)),
        "test": np.random.default_rng(1).normal(size=(5, 2)),
        "generated": np.random.default_rng(2).normal(size=(30, 2)),
        **{f"{side}_cells": np.zeros(n, int) for side, n in (("train", 5), ("test", 5), ("generated", 30))},
    } | change
    if "generated" in change:
        inputs["generated_cells"] = np.zeros(0, int)
    with pytest.raises(ScoreError, match=message):
        c_t(inputs.pop("train"), inputs.pop("test"), inputs.pop("generated"), **inputs)
