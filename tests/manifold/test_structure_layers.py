"""The layer-wise manifold fingerprint: its peak is where a shift was planted, and noise gives chance."""

import json

import numpy as np
import pytest

from whorl.embeddings import from_arrays
from whorl.errors import ScoreError
from whorl.manifold import Manifold
from whorl.structure import LayerCurve, layer_curve, layer_wise
from whorl.structure.resampled import Resampled

WIDTH, LAYERS, PLANTED = 6, (1, 2, 3), 2


def spaces(seed, n, shift=None):
    """Three layers of noise about the same real picture; a model's shift at one of them."""
    rng = np.random.default_rng(seed)
    found = {layer: rng.normal(size=(n, WIDTH)) for layer in LAYERS}
    if shift is not None:
        found[PLANTED] = found[PLANTED] + shift
    return found


@pytest.fixture(scope="module")
def manifold():
    return Manifold.from_embeddings(spaces(0, 300))


def sets(size=3.0, n=40, models=3):
    # The nearest real picture takes a part of a shift away, so artifacts are not as accurate as phi itself.
    return {
        f"m{i}": from_arrays(spaces(10 + i, n, size * np.eye(WIDTH)[i]), source=f"m{i}")
        for i in range(models)
    }


@pytest.fixture(scope="module")
def curve(manifold):
    return layer_curve(manifold, sets())


def test_the_peak_is_where_the_shift_was_planted(curve):
    assert curve.best.layer == PLANTED
    assert curve.best.best_share > 0.99
    assert curve.best.artifacts.low > curve.chance
    assert curve.best.artifacts.fdr > 3
    assert curve.chance == pytest.approx(1 / 3)
    for point in curve.points:
        if point.layer != PLANTED:
            assert point.artifacts.low < curve.chance < point.artifacts.high
            assert point.artifacts.fdr == pytest.approx(1, abs=0.5)
            assert point.best_share < 0.01


def test_every_number_is_there(curve):
    for point in curve.points:
        assert point.width == WIDTH
        for kind in (point.artifacts, point.raw, point.random):
            assert kind.low <= kind.accuracy <= kind.high
            assert kind.fdr_low <= kind.fdr_high
            assert len(kind.by_split) == 3
            assert np.mean(kind.by_split) == pytest.approx(kind.accuracy, abs=0.02)
        assert point.over_raw.value == pytest.approx(point.artifacts.accuracy - point.raw.accuracy)
        assert point.over_random.low <= point.over_random.value <= point.over_random.high
    assert sum(point.best_share for point in curve.points) == pytest.approx(1)
    assert (curve.fdr_n, curve.fdr_d, curve.pictures) == (20, 6, (40, 40, 40))


def test_the_order_of_pictures_and_models_decides_nothing(manifold, curve):
    rng = np.random.default_rng(0)
    mixed = {}
    for name, held in reversed(sets().items()):
        order = rng.permutation(len(held))
        mixed[name] = from_arrays({layer: held.layer(layer)[order] for layer in LAYERS})
    assert layer_curve(manifold, mixed).to_dict() == curve.to_dict()


def test_a_stopped_run_goes_on_where_it_was(manifold, tmp_path, monkeypatch):
    true, asked = layer_wise._answer, []
    how = {"classifier": "nearest"}  # which takes no time
    curve = layer_curve(manifold, sets(), **how)

    def stops(design, layer, ratio):
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(layer)
        return true(design, layer, ratio)

    monkeypatch.setattr(layer_wise, "_answer", stops)
    with pytest.raises(KeyboardInterrupt):
        layer_curve(manifold, sets(), answers=tmp_path, **how)
    monkeypatch.setattr(
        layer_wise,
        "_answer",
        lambda design, layer, ratio: (asked.append(layer), true(design, layer, ratio))[1],
    )
    assert layer_curve(manifold, sets(), answers=tmp_path, **how) == curve
    assert asked == [1, 2, 3]
    # A damaged answer is found anew, and another seed asks for others.
    next(iter(sorted(tmp_path.glob("*/*.json")))).write_text("{}")
    assert layer_curve(manifold, sets(), answers=tmp_path, **how) == curve
    assert len(asked) == 4
    layer_curve(manifold, sets(), answers=tmp_path, seed=1, layers=[1], **how)
    assert len(asked) == 5


def test_it_is_written_and_read_again(curve):
    assert LayerCurve.from_dict(json.loads(json.dumps(curve.to_dict()))) == curve
    with pytest.raises(ScoreError, match="expected whorl-layer-curve/1"):
        LayerCurve.from_dict({"schema": "other"})
    with pytest.raises(ScoreError, match="damaged"):
        LayerCurve.from_dict(curve.to_dict() | {"points": [{"layer": 1}]})


def test_in_a_space_of_pictures(real):
    """Models that brighten: pixels of the manifold, a class 'real' of its own pictures, self left out."""
    rng = np.random.default_rng(5)
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    dark, light = (rng.integers(*span, (24, 8, 8, 3), dtype=np.uint8) for span in ((0, 100), (150, 256)))
    with pytest.warns(UserWarning, match="pictures of the manifold"):
        found = layer_curve(manifold, {"dark": dark, "light": light, "real": real}, splits=2, cache=None)
    assert found.best.artifacts.accuracy > 0.9
    assert found.encoder == "pixels:8"


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"layers": [9]}, "different ones of 1, 2, 3"),
        ({"layers": []}, "different ones"),
        ({"splits": 1}, "splits must be"),
        ({"seed": -1}, "seed"),
        ({"splits": 2, "components": 7}, "components must lie"),
        ({"classifier": "forest"}, "no classifier 'forest'"),
    ],
)
def test_bad_arguments_are_refused(manifold, how, told):
    with pytest.raises(ScoreError, match=told):
        layer_curve(manifold, sets(), **how)


def test_bad_sets_are_refused(manifold):
    with pytest.raises(ScoreError, match="at least 2 models"):
        layer_curve(manifold, sets(models=1))
    with pytest.raises(ScoreError, match="m0 has 12"):
        layer_curve(manifold, sets(n=12))
    flat = Manifold.from_embeddings({1: np.vstack([np.ones((9, 2)), np.zeros((9, 2))])})
    same = {name: from_arrays({1: np.ones((30, 2))}) for name in "ab"}
    with pytest.raises(ScoreError, match="as many different pictures"):
        layer_curve(flat, same)


def test_the_interval_covers_as_often_as_it_says():
    """Right with probability 0.7: the 95 % interval of 300 pictures holds 0.7 in about 95 of 100 samples."""
    rng = np.random.default_rng(0)
    owners = np.repeat([0, 1, 2], 100)
    inside = 0
    for trial in range(200):
        low, high = Resampled.of(rng.random((1, 300)) < 0.7, owners, seed=trial, count=400).interval(0)
        inside += low <= 0.7 <= high
    assert 0.90 <= inside / 200 <= 0.99
