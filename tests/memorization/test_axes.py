"""Principal components and cells, in memory and streamed, against scikit-learn and SciPy in float64."""

import threading

import numpy as np
import pytest
from scipy.linalg import subspace_angles
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

import whorl.memorization.axes as axes_home
import whorl.memorization.rows as rows_home
from whorl import ScoreError
from whorl.memorization.axes import axes_in_memory, axes_streamed
from whorl.memorization.cells import Cells
from whorl.memorization.centres import best_centres, count_distinct
from whorl.memorization.projection import Projection
from whorl.memorization.rows import Rows
from whorl.memorization.workers import one_thread


def cloud(n, d, seed=0, mean=0.0):
    rng = np.random.default_rng(seed)
    spread = 1 / (1 + np.arange(d))
    turned, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return ((rng.normal(size=(n, d)) * spread) @ turned + mean).astype(np.float32)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(rows_home, "_BLOCK_NUMBERS", 1500)


def test_streamed_components_are_those_of_all_points_at_once(small_blocks):
    # A mean thousands of times the spread: plain sums of squares would keep few figures.
    points = cloud(4001, 24, mean=3000.0)
    expected = PCA(10, svd_solver="full").fit(points.astype(np.float64))
    rows = Rows.of_array(points)
    assert len(rows.blocks()) > 50
    found = axes_streamed(rows, 10)
    assert found.solver == "covariance_streamed"
    np.testing.assert_allclose(found.mean, expected.mean_, rtol=1e-13)
    assert found.explained == pytest.approx(expected.explained_variance_ratio_.sum(), abs=1e-9)
    assert subspace_angles(found.components.T, expected.components_.T).max() < 1e-7
    np.testing.assert_allclose(found.components, expected.components_, atol=1e-7)  # signs as well


@pytest.mark.parametrize("shape", [(700, 24), (20, 60), (60, 60)])
def test_in_memory_and_streamed_agree_whatever_the_shape(small_blocks, shape):
    points, kept = cloud(*shape), 12
    here, there = axes_in_memory(points, kept, 0), axes_streamed(Rows.of_array(points), kept)
    assert here.solver == ("full" if shape[0] < shape[1] else "covariance_eigh")
    np.testing.assert_allclose(here.components, there.components, atol=1e-5)
    assert here.explained == pytest.approx(there.explained, abs=1e-9)
    np.testing.assert_allclose(there.components @ there.components.T, np.eye(kept), atol=1e-12)


def test_too_wide_for_a_covariance_the_components_are_approximated_and_named_so(small_blocks, monkeypatch):
    monkeypatch.setattr(axes_home, "_WIDEST_COVARIANCE", 30)
    points = cloud(900, 40)
    found = axes_streamed(Rows.of_array(points), 5)
    expected = PCA(5, svd_solver="full").fit(points.astype(np.float64))
    assert found.solver == "incremental"
    assert found.explained == pytest.approx(expected.explained_variance_ratio_.sum(), abs=0.02)
    assert subspace_angles(found.components[:2].T, expected.components_[:2].T).max() < 0.1


@pytest.mark.parametrize(
    ("n", "d", "least"), [(10, 3, 1), (4001, 24, 1), (4001, 24, 700), (5, 9000, 64), (1, 1, 1)]
)
def test_blocks_cover_every_row_once_and_none_is_small(small_blocks, n, d, least):
    blocks = Rows((n, d), lambda start, stop: np.empty((stop - start, d))).blocks(least=least)
    assert [row for block in blocks for row in range(*block)] == list(range(n))
    sizes = [stop - start for start, stop in blocks]
    assert min(sizes) >= min(n, max(least, 1500 // d))
    assert max(sizes) - min(sizes) <= 1


def test_cells_are_those_of_scikit_learn_when_started_alike():
    points = cloud(1500, 6) * np.arange(1, 7, dtype=np.float32)
    seeds = [11, 12, 13]
    fits = [KMeans(4, n_init=1, random_state=seed).fit(points) for seed in seeds]
    best = min(fits, key=lambda fit: fit.inertia_)
    np.testing.assert_allclose(
        best_centres(points, 4, seeds, mini_batch=False), best.cluster_centers_, rtol=1e-5
    )
    inertia = {
        mini: (cdist(points, best_centres(points, 4, seeds, mini_batch=mini)).min(1) ** 2).sum()
        for mini in (True, False)
    }
    assert inertia[True] < 1.05 * inertia[False]


def test_every_point_goes_to_its_nearest_centre_and_ties_to_the_lower_number():
    rng = np.random.default_rng(0)
    centres = np.concatenate((rng.normal(size=(4, 3)), rng.normal(size=(1, 3)).repeat(2, axis=0)))
    cells = Cells(centres)
    points = np.concatenate((rng.normal(size=(300, 3)), centres)).astype(np.float32)
    exact = ((points[:, None].astype(np.float64) - centres[None]) ** 2).sum(-1)
    np.testing.assert_array_equal(cells.assign(points), exact.argmin(1))
    assert cells.assign(points)[-1] == 4
    # Far from the origin an expanded |a|^2 - 2ab + |b|^2 tells no centre from another.
    far = Cells(np.array([[1e8], [1e8 + 2.0]]))
    assert far.assign(np.array([[1e8], [1e8 + 16]], np.float32)).tolist() == [0, 1]
    assert cells.assign(points[:0]).shape == (0,)


def test_projecting_in_blocks_is_projecting_at_once(small_blocks):
    points = cloud(3000, 24)
    projection = Projection.fit(Rows.of_array(points), components=7)
    expected = (points.astype(np.float64) - projection.mean) @ projection.components.T
    for projected in (projection.project(points), projection.project_rows(Rows.of_array(points))):
        assert projected.dtype == np.float32
        np.testing.assert_allclose(projected, expected, rtol=1e-6, atol=1e-7)
    assert projection.project(points[:0]).shape == (0, 7)


@pytest.mark.parametrize("streamed", [False, True])
def test_fewer_distinct_points_than_cells_and_none_but_one(small_blocks, streamed):
    points = np.repeat(cloud(3, 5), 400, axis=0)

    projection = Projection.fit(Rows.of_array(points), components=4, streamed=streamed)
    projected = projection.project(points)
    cells = Cells.fit(projected, cells=10, seeds=range(10), mini_batch=streamed)
    assert len(cells) == 3
    assert len(np.unique(cells.assign(projected))) == 3
    with pytest.raises(ScoreError, match="constant"):
        Projection.fit(Rows.of_array(points[:400]), components=4, streamed=streamed)


def test_distinct_points_far_from_the_beginning_are_counted():
    points = np.zeros((5000, 2))
    points[4990:, 0] = np.arange(10)
    assert count_distinct(points, 8) == 8
    assert count_distinct(points, 20) == 10


def test_an_error_in_a_block_ends_the_fit(small_blocks):
    points = cloud(4000, 24)

    def read(start, stop):
        if start > 2000:
            raise ScoreError("a late block")
        return points[start:stop]

    with pytest.raises(ScoreError, match="a late block"):
        axes_streamed(Rows((4000, 24), read), 3)


def test_threads_that_limit_linear_algebra_together_leave_it_as_it_was():
    from threadpoolctl import threadpool_info, threadpool_limits

    def limits():
        return sorted((pool["prefix"], pool["num_threads"]) for pool in threadpool_info())

    def work():
        with one_thread():
            both.wait()
            blas = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
            seen.append(blas)
            both.wait()

    both, seen = threading.Barrier(2), []
    with threadpool_limits(2):
        before = limits()
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen
        assert all(number == 1 for blas in seen for number in blas)
        assert limits() == before
