"""Authenticity, distance ratio and calibrated distance: against brute force in float64, and where copies are."""

import json

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from whorl import Reference
from whorl.evidence import OtherScores, authenticity, calibrated, calibrated_distance, distance_ratio
from whorl.memorization.surroundings import Surroundings, neighbourhood, spacing
from whorl.neighbors import nearest


def _pictures(seed=0):
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(size=(n, 6)).astype(np.float32) for n in (400, 200, 120))


def _around(points, train, metric="euclidean"):
    near = nearest(points, train, metric=metric)
    return Surroundings(
        near.distance, spacing(near.index, train, metric), neighbourhood(points, train, metric)
    )


@pytest.mark.parametrize("metric", ["euclidean", "abs-cosine"])
def test_surroundings_equal_brute_force(metric):
    train, points, _ = _pictures()
    train[7] = train[3]  # a training picture that is there twice is as far from others as once
    points[0] = train[3]
    if metric == "euclidean":
        distances, within = cdist(points, train), cdist(train, train)
    else:
        distances, within = (1 - np.abs(1 - cdist(side, train, "cosine")) for side in (points, train))
    within[within < 1e-12] = np.inf
    found = _around(points, train, metric)
    np.testing.assert_allclose(found.nearest, distances.min(1), atol=1e-6)
    np.testing.assert_allclose(found.spacing, within.min(1)[distances.argmin(1)], atol=1e-6)
    np.testing.assert_allclose(found.neighbourhood, np.sort(distances, 1)[:, :50].mean(1), atol=1e-6)
    assert found.nearest[0] == 0 < found.spacing[0]


def test_few_training_pictures_have_few_neighbours():
    points = np.float32([[0.0, 0.0], [3.0, 0.0]])
    alone = _around(points, np.float32([[1.0, 0.0]]))
    assert np.isinf(alone.spacing).all()
    np.testing.assert_array_equal(alone.neighbourhood, [1.0, 2.0])


def test_authenticity_counts_what_its_definition_says():
    train, test, generated = _pictures()
    generated[:30] = train[:30]
    within = cdist(train, train)
    np.fill_diagonal(within, np.inf)
    shares = []
    for side in (generated, test):
        distances = cdist(side, train)
        shares.append(np.mean(distances.min(1) > within.min(1)[distances.argmin(1)]))
    sides = [_around(side, train) for side in (generated, test)]
    found = authenticity(sides[0].nearest, sides[0].spacing, sides[1].nearest, sides[1].spacing)
    assert found.share == pytest.approx(shares[0])
    assert found.held_out == pytest.approx(shares[1])
    assert found.low < found.share < found.high
    assert found.p_value < 0.01


def test_a_picture_as_near_to_both_counts_half():
    found = distance_ratio(
        np.array([1.0, 1.0, 0.0, 2.0]), np.array([1.0, 2.0, 0.0, 1.0]), n_train=6, n_held_out=2
    )
    assert found.share == 0.5
    assert found.expected == 0.75
    assert found.ratio == 1.0


def test_a_ratio_to_nothing_is_none():
    found = distance_ratio(np.ones(3), np.zeros(3), n_train=6, n_held_out=2)
    assert found.ratio is None
    assert found.share == 0


def test_healthy_pictures_are_nearest_to_training_as_often_as_its_size_says():
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(60):
        train, test, generated = np.split(rng.normal(size=(450, 3)), [300, 400])
        nearer = cdist(generated, train).min(1), cdist(generated, test).min(1)
        counts.append(distance_ratio(*nearer, n_train=300, n_held_out=100))
    assert np.mean([found.share for found in counts]) == pytest.approx(0.75, abs=0.02)
    assert np.mean([found.p_value <= 0.05 for found in counts]) < 0.2


def test_calibrated_distances_know_a_copy_in_a_crowd():
    rng = np.random.default_rng(1)
    crowd, desert = rng.normal(size=(300, 4)) * 0.01, 10 + rng.normal(size=(300, 4))
    train = np.concatenate([crowd, desert]).astype(np.float32)
    near_copy = (desert[:5] + 0.005).astype(
        np.float32
    )  # as far from its original as fresh pictures of the crowd
    fresh = (rng.normal(size=(200, 4)) * 0.01).astype(np.float32)
    sides = [_around(side, train) for side in (near_copy, fresh)]
    values = [calibrated(side.nearest, side.neighbourhood) for side in sides]
    assert values[0].max() < values[1].min()
    assert sides[0].nearest.max() > sides[1].nearest.min()
    assert calibrated_distance(*values).tail.share == 1


def test_the_p_values_of_healthy_sets_are_valid():
    rng = np.random.default_rng(2)
    smallest = []
    for _ in range(200):
        near, spacing = rng.exponential(size=300), rng.exponential(size=300)
        authentic = authenticity(near[:100], spacing[:100], near[100:], spacing[100:])
        tail = calibrated_distance(near[:100], near[100:])
        smallest.append((authentic.p_value, tail.p_value))
    rates = np.mean(np.array(smallest) <= 0.05, axis=0)
    assert (rates < 0.1).all()


def test_a_curve_finds_them_at_every_layer_and_keeps_them_in_json(tmp_path):
    train, test, generated = _pictures()
    generated[:60] = train[:60]
    reference = Reference.from_embeddings(
        {1: train, 2: train**3}, {1: test, 2: test**3}, cells=2, partitions=2
    )
    reference.save(tmp_path / "ref")
    curves = [
        held.curve_from_embeddings({1: generated, 2: generated**3})
        for held in (reference, Reference.load(tmp_path / "ref"))
    ]
    first, again = (curve.other_scores for curve in curves)
    assert first == again
    assert [layer.layer for layer in first] == [1, 2]
    for layer in first:
        assert layer.authenticity.share <= 0.5 < layer.authenticity.held_out
        assert layer.calibrated_distance.least == 0
        assert layer.distance_ratio.share > layer.distance_ratio.expected
        assert OtherScores.from_dict(json.loads(json.dumps(layer.to_dict()))) == layer
    assert len(curves[0].to_dict()["other_scores"]) == 2
