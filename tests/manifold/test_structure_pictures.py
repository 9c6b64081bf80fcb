"""Maps, spectra and examples of artifacts."""

import numpy as np
import pytest

from whorl.errors import ScoreError
from whorl.manifold import Manifold
from whorl.structure import artifact_examples, artifact_map, artifact_spectra


def test_the_map_keeps_models_apart_and_takes_equally_many():
    rng = np.random.default_rng(0)
    sets = {"a": rng.normal(size=(25, 8)), "b": rng.normal(6.0, 1.0, size=(60, 8))}
    found = artifact_map(sets, pictures=30, perplexity=8, seed=3)
    assert found.points.shape == (50, 2)
    assert np.bincount(found.owners).tolist() == [25, 25]
    middles = [found.points[found.owners == i].mean(axis=0) for i in range(2)]
    apart = np.linalg.norm(middles[0] - middles[1])
    assert apart > 2 * found.points[found.owners == 0].std()
    assert found.nearest_alike == 1
    again = artifact_map(sets, pictures=30, perplexity=8, seed=3)
    assert (again.points == found.points).all()
    mixed = artifact_map({"a": rng.normal(size=(60, 8)), "b": rng.normal(size=(60, 8))}, perplexity=8)
    assert mixed.nearest_alike == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize(
    ("how", "told"),
    [({"perplexity": 99}, "perplexity"), ({"pictures": 1}, "pictures"), ({"seed": -1}, "seed")],
)
def test_bad_maps_are_refused(how, told):
    with pytest.raises(ScoreError, match=told):
        artifact_map({"a": np.eye(5), "b": np.eye(5)}, **({"perplexity": 2} | how))
    with pytest.raises(ScoreError, match="all artifacts are the same"):
        artifact_map({"a": np.ones((5, 2)), "b": np.ones((5, 2))}, perplexity=2)


def test_a_wave_stands_out_at_its_frequency():
    """cos of 3 cycles over 16 pixels: all its power is in ring 3; noise is four times as strong as its half."""
    rng = np.random.default_rng(0)
    wave = np.tile(np.cos(2 * np.pi * 3 * np.arange(16) / 16), (16, 1))
    noise = 0.1 * rng.normal(size=(30, 3, 16, 16))
    found = artifact_spectra({"noise": noise, "wave": noise + wave}, real=noise / 2)
    assert found.frequency.tolist() == list(range(9))
    assert found.excess[0] == pytest.approx(np.log(4), rel=1e-5)
    assert found.excess[1].argmax() == 3
    others = np.delete(found.excess[1], 3)
    assert others == pytest.approx(np.full(8, np.log(4)), abs=0.01)
    assert (found.pictures, found.real_pictures) == ((30, 30), 30)
    assert (found.excess_half_width > found.half_width).all()


def test_the_half_width_is_that_of_a_mean():
    rng = np.random.default_rng(0)
    few, many = (artifact_spectra({"a": rng.normal(size=(n, 1, 8, 8))}) for n in (50, 800))
    assert few.half_width.mean() / many.half_width.mean() == pytest.approx(4, rel=0.2)
    with pytest.raises(ScoreError, match="real="):
        _ = few.excess
    with pytest.raises(ScoreError, match="real="):
        _ = few.excess_half_width


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        ({}, "at least one"),
        ({"a": np.zeros((5, 192))}, "N, C, H, W"),
        ({"a": np.zeros((1, 3, 8, 8))}, "a has 1 pictures"),
        ({"a": np.full((5, 3, 8, 8), np.nan)}, "NaN"),
    ],
)
def test_bad_spectra_are_refused(sets, told):
    with pytest.raises(ScoreError, match=told):
        artifact_spectra(sets)


def test_examples_are_the_pictures_their_nearest_and_the_difference(real, made):
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    held = manifold.embed(made, cache=None)
    found = artifact_examples(manifold, held, count=5, seed=1)
    whole = manifold.artifacts(held)
    for i, name in enumerate(found.ids):
        row = held.ids.index(name)
        assert (found.pictures[i] == made[row]).all()
        distances = np.square(real.astype(float) - made[row]).sum(axis=(1, 2, 3))
        assert (found.nearest[i] == real[distances.argmin()]).all()
        assert found.artifacts[i] == pytest.approx(whole.values[row].reshape(3, 8, 8).transpose(1, 2, 0))
        assert found.distances[i] == pytest.approx(np.sqrt(distances.min()) / 255)
        assert found.nearest_ids[i] == whole.nearest_ids[row]
    grey = found.shown(1.0)
    assert np.abs(grey - 255 * (0.5 + found.artifacts / 2)).max() <= 0.5 + 1e-4
    assert found.reach <= 1
    assert len(found) == 5
    shuffled = artifact_examples(manifold, made[::-1].copy(), count=5, seed=1, cache=None)
    assert (shuffled.pictures == found.pictures).all()


def test_bad_examples_are_refused(real, made):
    manifold = Manifold.fit(real, encoder="spectrum:8", cache=None)
    with pytest.raises(ScoreError, match="pixels alone"):
        artifact_examples(manifold, made, cache=None)
    pixels = Manifold.fit(real, encoder="pixels:8", cache=None)
    with pytest.raises(ScoreError, match="count"):
        artifact_examples(pixels, made, count=0, cache=None)
    with pytest.raises(ScoreError, match="reach"):
        artifact_examples(pixels, made, cache=None).shown(0.0)
