"""The two ablations of trap 3: no projection, and a random real picture."""

import numpy as np
import pytest
from scipy.stats import chisquare

from whorl.embeddings import from_arrays
from whorl.errors import ScoreError, WhorlWarning
from whorl.manifold import Manifold, random_artifacts, raw_features


def test_raw_features_are_the_embedding(real, made):
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    found = raw_features(manifold, made, cache=None)
    np.testing.assert_allclose(found.values, made.transpose(0, 3, 1, 2).reshape(9, -1) / 255.0, atol=1e-7)
    assert (found.kind, found.projection, found.nearest_ids, found.distance) == ("raw", None, None, None)


def test_a_random_real_picture_hangs_on_the_pictures_own_pixels(real, made):
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    found = random_artifacts(manifold, made, cache=None)
    turned = random_artifacts(manifold, made[::-1], cache=None)
    np.testing.assert_array_equal(found.values, turned.values[::-1])
    other = random_artifacts(manifold, made, seed=1, cache=None)
    assert other.nearest_ids != found.nearest_ids
    subtracted = manifold.features["pixels"][found.projection.index]
    held = manifold.embed(made, cache=None).layer("pixels")
    np.testing.assert_array_equal(found.values, held - subtracted)
    expected = np.linalg.norm(held.astype(np.float64) - subtracted, axis=1)
    np.testing.assert_allclose(found.distance, expected, rtol=1e-12)
    assert (found.distance >= manifold.project(made, cache=None).distance).all()


def test_every_real_picture_is_drawn_equally_often_and_self_never():
    manifold = Manifold.from_embeddings({1: np.arange(10.0)[:, None]})
    asked = from_arrays({1: np.linspace(20, 30, 5000)[:, None]})
    index = random_artifacts(manifold, asked).projection.index
    assert chisquare(np.bincount(index, minlength=10)).pvalue > 1e-4
    own = np.repeat(np.arange(10.0), 1)[:, None]
    for seed in range(40):
        with pytest.warns(WhorlWarning, match="10 of 10"):
            found = random_artifacts(manifold, from_arrays({1: own}), seed=seed)
        assert found.values.all()


def test_the_same_real_picture_in_every_layer():
    rng = np.random.default_rng(0)
    manifold = Manifold.from_embeddings({1: rng.normal(size=(30, 4)), 2: rng.normal(size=(30, 6))})
    asked = from_arrays({1: rng.normal(size=(8, 4)), 2: rng.normal(size=(8, 6))})
    one, other = (random_artifacts(manifold, asked, layer) for layer in (1, 2))
    assert one.nearest_ids == other.nearest_ids


def test_a_negative_seed_is_refused(real):
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    with pytest.raises(ScoreError, match="seed must be at least 0"):
        random_artifacts(manifold, real, seed=-1, cache=None)
