"""k nearest neighbours against scipy and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsClassifier

from whorl import ScoreError
from whorl.lab.training.knn import knn_accuracy
from whorl.neighbors import k_nearest, nearest


@given(st.integers(0, 10_000), st.integers(1, 8), st.sampled_from([np.float32, np.float64]))
def test_the_nearest_k_are_those_of_all_distances(seed, k, dtype):
    rng = np.random.default_rng(seed)
    # Whole numbers make many ties, and an offset makes the expanded form lose digits.
    train = (rng.integers(0, 4, (30, 3)) + 1000).astype(dtype)
    queries = (rng.integers(0, 4, (12, 3)) + 1000).astype(dtype)
    distances = cdist(queries.astype(float), train.astype(float))
    found = k_nearest(queries, train, k=k)
    np.testing.assert_array_equal(found.index, distances.argsort(1, kind="stable")[:, :k])
    np.testing.assert_allclose(found.distance, np.sort(distances, 1)[:, :k])
    np.testing.assert_array_equal(found.index[:, 0], nearest(queries, train).index)


def test_k_must_fit():
    with pytest.raises(ScoreError, match="between 1 and the 3 training points; got 4"):
        k_nearest(np.zeros((1, 2)), np.zeros((3, 2)), k=4)


def test_the_accuracy_is_scikit_learns():
    rng = np.random.default_rng(1)
    labels, query_labels = rng.integers(0, 4, 300), rng.integers(0, 4, 200)
    train, queries = (
        rng.normal(size=(len(own), 6)) + np.eye(4, 6)[own] * 1.5 for own in (labels, query_labels)
    )
    theirs = KNeighborsClassifier(1, metric="cosine", algorithm="brute").fit(train, labels)
    assert knn_accuracy(queries, query_labels, train, labels, k=1) == theirs.score(queries, query_labels)
    # From k = 2 on, ties between classes are broken otherwise.
    theirs = KNeighborsClassifier(9, metric="cosine", algorithm="brute").fit(train, labels)
    found = knn_accuracy(queries, query_labels, train, labels, k=9)
    assert found == pytest.approx(theirs.score(queries, query_labels), abs=0.04)


def test_of_classes_with_equal_votes_the_nearer_wins():
    train = np.array([[1.0, 0.0], [0.8, 0.2], [0.9, 0.1], [0.7, 0.3]])
    query, labels = np.array([[5.0, 0.0]]), np.array([2, 1, 1, 2])
    assert knn_accuracy(query, np.array([2]), train, labels, k=4) == 1.0
    assert knn_accuracy(query, np.array([1]), train, labels, k=4) == 0.0
