"""Nearest neighbours against brute force in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from whorl import ScoreError
from whorl.neighbors import k_nearest, nearest, nearest_by_scope


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([np.float32, np.float64]), st.sampled_from([1, 3, 40]))
def test_equal_to_brute_force(seed, dtype, width):
    rng = np.random.default_rng(seed)
    queries, train = rng.normal(size=(23, width)).astype(dtype), rng.normal(size=(57, width)).astype(dtype)
    expected = cdist(queries.astype(np.float64), train.astype(np.float64))
    found = nearest(queries, train)
    np.testing.assert_array_equal(found.index, expected.argmin(1))
    np.testing.assert_allclose(found.distance, expected.min(1), rtol=1e-13)


@pytest.mark.parametrize("norm", [1e2, 1e4, 1e6])
def test_near_copies_of_high_norm_keep_their_true_distance(norm):
    """The expanded form in float32 gives distances many times too large here, or exactly 0."""
    rng = np.random.default_rng(0)
    train = (norm * rng.normal(size=64) + rng.normal(size=(500, 64))).astype(np.float32)
    train += (norm * rng.normal(size=(500, 1))).astype(np.float32)
    step = np.spacing(np.abs(train[:100])) * rng.integers(-3, 4, size=(100, 64))
    queries = (train[:100] + step).astype(np.float32)
    expected = cdist(queries.astype(np.float64), train.astype(np.float64))
    found = nearest(queries, train)
    np.testing.assert_array_equal(found.index, np.arange(100))
    np.testing.assert_allclose(found.distance, expected.min(1), rtol=1e-12)


def test_exact_copies_are_at_distance_zero_and_ties_go_to_the_lowest_row():
    train = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    found = nearest(train[2:], train)
    assert (found.index[0], found.distance[0]) == (0, 0.0)


def test_within_cells_and_an_empty_cell():
    rng = np.random.default_rng(1)
    queries, train = rng.normal(size=(40, 5)), rng.normal(size=(90, 5))
    q_cells, t_cells = rng.integers(0, 4, 40), rng.integers(0, 3, 90)
    distances = cdist(queries, train)
    distances[q_cells[:, None] != t_cells[None]] = np.inf
    found = nearest(queries, train, query_cells=q_cells, train_cells=t_cells)
    np.testing.assert_allclose(found.distance, distances.min(1), rtol=1e-13)
    empty = q_cells == 3
    assert empty.any()
    assert (found.index[empty] == -1).all()
    np.testing.assert_array_equal(found.index[~empty], distances.argmin(1)[~empty])


@pytest.mark.parametrize("metric", ["euclidean", "abs-cosine"])
@pytest.mark.parametrize("width", [5, 300])
def test_both_scopes_in_one_pass_are_the_two_searches(metric, width, monkeypatch):
    """Cells of all sizes, one without queries, one without training points, tiles smaller than a cell."""
    monkeypatch.setattr("whorl.neighbors.scan._TILE", 600)
    monkeypatch.setattr("whorl.neighbors.scan._POINTS", 100 * width)
    monkeypatch.setattr("whorl.neighbors.scan._QUERIES", 30)
    rng = np.random.default_rng(6)
    queries, train = (rng.normal(size=(n, width)).astype(np.float32) for n in (80, 500))
    train[100:110] = train[90]
    q_cells = rng.choice([0, 1, 2, 7], 80)
    t_cells = np.where(np.arange(500) == 50, 9, rng.choice([0, 1, 2], 500, p=[0.9, 0.09, 0.01]))
    found = nearest_by_scope(queries, train, query_cells=q_cells, train_cells=t_cells, metric=metric)
    everywhere = nearest(queries, train, metric=metric)
    within = nearest(queries, train, query_cells=q_cells, train_cells=t_cells, metric=metric)
    for one, other in ((found.everywhere, everywhere), (found.cell, within)):
        np.testing.assert_array_equal(one.index, other.index)
        np.testing.assert_array_equal(one.distance, other.distance)
    if metric == "euclidean":
        distances = cdist(queries.astype(np.float64), train.astype(np.float64))
        np.testing.assert_array_equal(everywhere.index, distances.argmin(1))
        distances[q_cells[:, None] != t_cells[None]] = np.inf
        expected = np.where(q_cells == 7, -1, distances.argmin(1))
        np.testing.assert_array_equal(within.index, expected)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from([2, 300]), st.booleans())
def test_the_k_nearest_equal_a_stable_sort(seed, k, width, ties):
    rng = np.random.default_rng(seed)
    queries, train = rng.normal(size=(11, width)), rng.normal(size=(40, width))
    if ties:
        queries, train = queries.round(), train.round()
    expected = cdist(queries, train).argsort(1, kind="stable")[:, :k]
    found = k_nearest(queries, train, k=k)
    if not ties or width == 2:
        np.testing.assert_array_equal(found.index, expected)
    np.testing.assert_allclose(found.distance, np.sort(cdist(queries, train), 1)[:, :k], rtol=1e-12)


def test_a_product_that_rounds_badly_still_finds_the_nearest():
    """Far from the origin, with outliers in every block, thousands of near-ties: float32 ranks are noise here."""
    rng = np.random.default_rng(7)
    train = (1000 + 1e-3 * rng.normal(size=(3000, 64))).astype(np.float32)
    train[::16] += (1e4 * rng.normal(size=(188, 64))).astype(np.float32)
    queries = (1000 + 1e-3 * rng.normal(size=(40, 64))).astype(np.float32)
    expected = cdist(queries.astype(np.float64), train.astype(np.float64))
    found = nearest(queries, train)
    np.testing.assert_array_equal(found.index, expected.argmin(1))
    np.testing.assert_allclose(found.distance, expected.min(1), rtol=1e-12)


@pytest.mark.parametrize("size", [1e-18, 1e-20, 1e-23, 1e-30, 1e-37])
def test_numbers_whose_squares_vanish_beside_ordinary_ones(size):
    """Single products of such numbers are 0: brute force in float64 still tells them apart."""
    rng = np.random.default_rng(8)
    train = (size * rng.normal(size=(3000, 8))).astype(np.float32)
    train[7] = 1.0
    queries = (size * rng.normal(size=(100, 8))).astype(np.float32)
    expected = cdist(queries.astype(np.float64) / size, train.astype(np.float64) / size)
    found = nearest(queries, train)
    np.testing.assert_array_equal(found.index, expected.argmin(1))


def test_what_the_caller_allows_of_precision_does_not_matter():
    rng = np.random.default_rng(9)
    queries, train = (rng.normal(size=(n, 64)).astype(np.float32) for n in (300, 2000))
    usual = nearest(queries, train)
    torch.set_float32_matmul_precision("medium")
    try:
        with torch.autocast("cpu", torch.bfloat16):
            reduced = nearest(queries, train)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision("highest")
    np.testing.assert_array_equal(reduced.index, usual.index)


def test_arrays_of_any_layout_and_byte_order():
    rng = np.random.default_rng(10)
    queries, train = (rng.normal(size=(n, 6)).astype(np.float32) for n in (20, 90))
    usual = nearest(queries, train)
    read_only = train.copy()
    read_only.flags.writeable = False
    for other in (train.astype(">f4"), train[::-1].copy()[::-1], np.asfortranarray(train), read_only):
        np.testing.assert_array_equal(nearest(queries, other).index, usual.index)
    np.testing.assert_array_equal(nearest(queries[:, ::-1], train[:, ::-1]).index, usual.index)


def test_no_queries_and_no_training_points():
    nothing, some = np.empty((0, 3), np.float32), np.ones((2, 3), np.float32)
    assert len(nearest(nothing, some).index) == 0
    assert nearest(some, nothing).index.tolist() == [-1, -1]
    assert k_nearest(nothing, some, k=2).index.shape == (0, 2)


def test_abs_cosine_ignores_sign_and_length_and_zero_vectors_are_far():
    train = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    queries = np.array([[-3.0, 0.1], [0.0, 0.0]])
    found = nearest(queries, train, metric="abs-cosine")
    assert found.index[0] == 0
    assert found.distance[0] == pytest.approx(1 - 3 / np.hypot(3, 0.1), abs=1e-15)
    assert found.distance[1] == 1.0


def test_self_can_be_left_out():
    rng = np.random.default_rng(2)
    points = rng.normal(size=(50, 4))
    cells = rng.integers(0, 3, 50)
    distances = cdist(points, points)
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_allclose(nearest(points, points, exclude_self=True).distance, distances.min(1))
    distances[cells[:, None] != cells[None]] = np.inf
    found = nearest(points, points, query_cells=cells, train_cells=cells, exclude_self=True)
    np.testing.assert_allclose(found.distance, distances.min(1))


def test_small_blocks_change_nothing(monkeypatch):
    rng = np.random.default_rng(3)
    queries, train = rng.normal(size=(100, 6)).astype(np.float32), rng.normal(size=(70, 6)).astype(np.float32)
    whole = nearest(queries, train)
    for name, value in (("_TILE", 150), ("_POINTS", 200), ("_QUERIES", 7), ("_GATHERED", 150)):
        monkeypatch.setattr(f"whorl.neighbors.scan.{name}", value)
    parts = nearest(queries, train)
    np.testing.assert_array_equal(whole.index, parts.index)
    np.testing.assert_array_equal(whole.distance, parts.distance)


@pytest.mark.parametrize(("dtype", "exponents"), [(np.float32, (-30, 30)), (np.float64, (-200, 200))])
@pytest.mark.parametrize("metric", ["euclidean", "abs-cosine"])
def test_numbers_of_any_size(dtype, exponents, metric):
    rng = np.random.default_rng(4)
    queries, train = rng.normal(size=(40, 5)).astype(dtype), rng.normal(size=(90, 5)).astype(dtype)
    usual = nearest(queries, train, metric=metric)
    for exponent in exponents:
        factor = dtype(2.0) ** dtype(int(exponent * 3.3))
        scaled = nearest(queries * factor, train * factor, metric=metric)
        np.testing.assert_array_equal(scaled.index, usual.index)
        unit = 1.0 if metric == "abs-cosine" else float(factor)
        np.testing.assert_allclose(scaled.distance / unit, usual.distance, rtol=1e-12)


def test_an_outlier_in_train_changes_nothing_and_makes_no_candidates_of_the_rest():
    rng = np.random.default_rng(5)
    queries, train = rng.normal(size=(50, 8)).astype(np.float32), rng.normal(size=(400, 8)).astype(np.float32)
    train[17] = 1e6
    expected = cdist(queries.astype(np.float64), train.astype(np.float64))
    found = nearest(queries, train)
    np.testing.assert_array_equal(found.index, expected.argmin(1))
    np.testing.assert_allclose(found.distance, expected.min(1), rtol=1e-12)


def test_many_equal_points_are_no_trouble():
    train = np.zeros((2000, 8), np.float32)
    found = nearest(np.ones((300, 8), np.float32), train)
    assert set(found.index) == {0}
    np.testing.assert_allclose(found.distance, np.sqrt(8))


def test_bad_input_is_named():
    good = np.zeros((3, 2))
    with pytest.raises(ScoreError, match="equal width"):
        nearest(good, np.zeros((3, 4)))
    with pytest.raises(ScoreError, match="D at least 1"):
        nearest(good[:, :0], good[:, :0])
    with pytest.raises(ScoreError, match="both queries and train"):
        nearest(good, good, query_cells=np.zeros(3, int))
    with pytest.raises(ScoreError, match="one cell label per row of train"):
        nearest(good, good, query_cells=np.zeros(3, int), train_cells=np.zeros(2, int))
    with pytest.raises(ScoreError, match="1 rows of queries hold NaN"):
        nearest(np.array([[np.nan, 0.0]]), good)
    with pytest.raises(ScoreError, match="metric"):
        nearest(good, good, metric="manhattan")
