"""What a set is remembered by: against brute force and closed forms, and the same whoever counts."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from whorl import Curve, Reference, ScoreError
from whorl.fingerprints import Fingerprint
from whorl.fingerprints.copying import copying_numbers
from whorl.fingerprints.frechet import Gaussian, frechet_distance
from whorl.fingerprints.measure import LEAST_PICTURES, SetMeasurements, fingerprint_of
from whorl.fingerprints.whitening import Whitening


@pytest.fixture(scope="module")
def reference():
    rng = np.random.default_rng(0)
    train, test = ({layer: rng.normal(size=(n, 5)) * layer for layer in (1, 2, 3)} for n in (800, 400))
    return Reference.from_embeddings(train, test, cells=4, min_generated=5, partitions=2)


def a_set(seed, n=200, shift=0.0, scale=1.0):
    rng = np.random.default_rng(seed)
    return {layer: (rng.normal(size=(n, 5)) * scale + shift) * layer for layer in (1, 2, 3)}


def test_the_whole_set_has_the_curve_s_own_c_t(reference):
    curve = reference.curve_from_embeddings(a_set(1, shift=0.3))
    found = fingerprint_of(curve)
    np.testing.assert_allclose(found.parts["c_t"], curve.values, atol=1e-12)
    assert (found.reference, found.layers, found.n_pictures) == (reference.digest, (1, 2, 3), 200)


def test_part_of_a_set_is_measured_as_a_set_of_its_own(reference):
    pictures, rows = a_set(2, shift=0.2), np.arange(30, 110)
    whole = SetMeasurements(reference.curve_from_embeddings(pictures))
    alone = fingerprint_of(reference.curve_from_embeddings({k: v[rows] for k, v in pictures.items()}))
    part = whole.fingerprint(rows)
    for name in alone.parts:
        np.testing.assert_allclose(part.parts[name], alone.parts[name], atol=1e-9, err_msg=name)


def test_copying_numbers_are_placements_and_tails(reference):
    curve = reference.curve_from_embeddings(a_set(3))
    mine, theirs = copying_numbers(curve.measured)
    layer = curve.measured[0]
    part = layer.partitions[0]
    for row in (0, 7, 199):
        inside = (part.cells == part.cells[row]) & (np.arange(len(part.cells)) >= 200)
        held_out = part.distances[inside]
        placement = (
            (held_out < part.distances[row]).mean() + (held_out == part.distances[row]).mean() / 2 - 0.5
        )
        column = 3 + part.cells[row]
        assert mine[row, column] == pytest.approx(placement)
    near = layer.distances.nearness
    limit = np.quantile(near[200:], 0.05, method="inverted_cdf")
    np.testing.assert_allclose(mine[:, 1] + 0.05, near[:200] <= limit)
    np.testing.assert_allclose(theirs.mean(axis=0), 0, atol=1e-2)


def test_whitened_sets_of_one_model_are_as_far_apart_as_chance_has_it():
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(6, 6))
    whitening = Whitening.fit(rng.normal(size=(20_000, 6)) @ mixing)
    means = [whitening.apply((rng.normal(size=(100, 6)) @ mixing).mean(axis=0)) for _ in range(400)]
    np.testing.assert_allclose(np.cov(means, rowvar=False) * 100, np.eye(6), atol=0.25)


def test_whitening_knows_fewer_pictures_than_numbers():
    rows = np.random.default_rng(0).normal(size=(20, 50))
    assert np.isfinite(Whitening.fit(rows).apply(rows)).all()


def test_frechet_distance_equals_the_formula_with_a_matrix_root():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(50, 4)), rng.normal(size=(70, 4)) @ rng.normal(size=(4, 4)) + 1
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(
        first + second - 2 * sqrtm(first @ second).real
    )
    assert frechet_distance(Gaussian.of(a), Gaussian.of(b)) == pytest.approx(expected)
    assert frechet_distance(Gaussian.of(a), Gaussian.of(a)) == pytest.approx(0, abs=1e-8)


def test_few_pictures_have_no_c_t_but_are_measured(reference):
    measured = SetMeasurements(reference.measure_embeddings(a_set(4, shift=9.0)))
    few = measured.fingerprint(np.arange(LEAST_PICTURES))
    assert Fingerprint.from_dict(few.to_dict()).digest == few.digest
    assert np.isfinite(few.parts["means"]).all()


def test_three_pictures_have_no_fingerprint(reference):
    with pytest.raises(ScoreError, match="at least 10 pictures by one model; got 3"):
        fingerprint_of(reference.measure_embeddings(a_set(4, n=3)))


def test_a_small_set_measures_as_in_a_curve(reference):
    pictures = a_set(8)
    with pytest.raises(ScoreError, match="too few"):
        reference.curve_from_embeddings({k: v[:15] for k, v in pictures.items()})
    few = fingerprint_of(reference.measure_embeddings({k: v[:15] for k, v in pictures.items()}))
    whole = SetMeasurements(reference.curve_from_embeddings(pictures)).fingerprint(np.arange(15))
    for name in few.parts:
        np.testing.assert_allclose(few.parts[name], whole.parts[name], atol=1e-5, err_msg=name)


def test_a_space_made_from_another_set_gives_the_same_numbers(reference):
    first, second = (reference.curve_from_embeddings(a_set(seed)) for seed in (5, 6))
    own = fingerprint_of(second)
    shared = SetMeasurements(second, SetMeasurements(first).space).fingerprint()
    assert own.digest == shared.digest


def test_a_curve_from_a_file_has_no_fingerprint(reference):
    curve = reference.curve_from_embeddings(a_set(7))
    with pytest.raises(ScoreError, match="score the pictures again"):
        fingerprint_of(Curve.from_dict(curve.to_dict()))


def test_chance_is_the_variance_of_a_picture_s_whitened_numbers(reference):
    """Sets drawn anew scatter by it over their size, however much the whitening was shrunk."""
    found = [fingerprint_of(reference.measure_embeddings(a_set(seed, n=60))) for seed in range(100, 180)]
    for place, part in enumerate(("copying", "whitened_means")):
        scatter = np.var([each.parts[part] for each in found], axis=0, ddof=1).sum()
        told = np.mean([each.parts["chance"][place] for each in found]) / 60
        assert scatter == pytest.approx(told, rel=0.2)
