"""The Frechet distance ratio: 1 on noise, larger with every planted shift, refused where it means nothing."""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_line import script_in_this_process
from whorl.errors import ScoreError
from whorl.fingerprints.frechet import Gaussian, frechet_distance, frechet_distances
from whorl.manifold import FDR, fdr

ROOT = Path(__file__).parents[2]


def _noise(seed=0, classes=4, n=200, width=6):
    rng = np.random.default_rng(seed)
    scales = 1 / np.sqrt(1 + np.arange(width))
    return {f"class {i}": rng.normal(size=(n, width)) * scales for i in range(classes)}


def test_the_closed_form_for_gaussians_far_apart():
    """Unit variance at distance s: inter is s^2 up to what halves of noise add, which intra measures."""
    rng = np.random.default_rng(0)
    found = fdr({"a": rng.normal(size=(4000, 1)), "b": rng.normal(5.0, 1.0, size=(4000, 1))})
    assert found.inter == pytest.approx(25, rel=0.03)
    # Of two means of n each: 2/n. Of two standard deviations: the variance of each is about 1/(2n).
    assert found.intra == pytest.approx(2 / 2000 + 2 / (2 * 2000), rel=0.6)
    assert found.value == pytest.approx(found.inter / found.intra)
    assert np.diag(found.distances).mean() == pytest.approx(found.intra)


def test_many_distances_at_once_are_those_one_by_one():
    rng = np.random.default_rng(0)
    sets = [Gaussian.of(rng.normal(place, 1 + place, size=(30, 5))) for place in range(4)]
    sets.append(Gaussian.of(rng.normal(size=(3, 5))))  # a singular covariance
    one_by_one = [[frechet_distance(a, b) for b in sets[1:]] for a in sets]
    np.testing.assert_allclose(frechet_distances(sets, sets[1:]), one_by_one, rtol=1e-9, atol=1e-9)


def test_permuted_labels_give_one():
    """Trap 5: classes that differ much, their pictures dealt out anew."""
    rng = np.random.default_rng(7)
    classes = {name: rows + rng.normal(size=24) for name, rows in _noise(width=24).items()}
    assert fdr(classes).value > 20
    pooled = np.concatenate(list(classes.values()))
    found = []
    for seed in range(20):
        mixed = np.random.default_rng(seed).permutation(pooled)
        found.append(fdr(dict(zip(classes, np.split(mixed, 4), strict=True)), halves=4))
    # Over dealings the two terms have one mean; a whole class in one of them would make it 0.5.
    assert sum(f.inter for f in found) / sum(f.intra for f in found) == pytest.approx(1, abs=0.06)


def test_chance_takes_a_ratio_as_far_from_one_as_the_page_says():
    """What benchmarks/dealt_ratio.py finds is near 1, and is what docs/manifold.md tells."""
    run = script_in_this_process(ROOT / "benchmarks/dealt_ratio.py", cwd=ROOT)
    assert run.returncode == 0, run.stderr
    found = re.findall(r"(\w+): ([\d.]+) ± ([\d.]+) \((\d+) dealings\)", run.stdout)
    assert [name for name, *_ in found] == ["alike", "few"]
    page = " ".join((ROOT / "docs" / "manifold.md").read_text(encoding="utf-8").split())
    for _, mean, spread, dealings in found:
        assert float(mean) == pytest.approx(1, abs=0.03)
        assert 0.03 < float(spread) < 0.15
        assert f"{mean} ± {spread}" in page
        assert f"{dealings} dealings each: `python benchmarks/dealt_ratio.py`" in page


def test_halves_of_unequal_classes_are_equal():
    sets = _noise(classes=3)
    sets["class 0"] = np.concatenate([sets["class 0"]] + [_noise(9)["class 1"]] * 4)
    found = fdr(sets)
    assert found.n == 100
    assert found.value == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize("components", [None, 4])
def test_a_planted_shift_raises_it_steadily(components):
    """Trap 6: each class is moved by its own constant; the further, the larger the ratio."""
    sets, rng = _noise(width=12), np.random.default_rng(7)
    directions = {name: rng.normal(size=12) for name in sets}
    values = [
        fdr(
            {name: rows + shift * directions[name] for name, rows in sets.items()}, components=components
        ).value
        for shift in (0.0, 0.1, 0.2, 0.4, 0.8, 1.6)
    ]
    assert all(a < b for a, b in itertools.pairwise(values))
    assert values[0] == pytest.approx(1, abs=0.25)
    assert values[-1] > 30


def test_the_interval_holds_the_ratio_and_shrinks_with_more_pictures():
    few, many = (fdr(_noise(n=n), halves=30) for n in (40, 2000))
    for found in (few, many):
        assert found.lower <= found.value <= found.upper
    assert (few.n, many.n) == (20, 1000)


@settings(max_examples=15)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.sampled_from([None, 3]))
def test_scale_and_shift_of_all_change_nothing_and_order_neither(seed, scale, components):
    sets = _noise(seed, classes=3, n=60, width=5)
    moved = {name: scale * (rows + 2.0) for name, rows in reversed(sets.items())}
    one, other = (fdr(x, halves=3, components=components) for x in (sets, moved))
    assert one.value == pytest.approx(other.value, rel=1e-4)
    assert one.labels == other.labels
    assert other.inter == pytest.approx(scale**2 * one.inter, rel=1e-4)


def test_components_make_wide_artifacts_measurable():
    rng = np.random.default_rng(0)
    base = rng.normal(size=(20, 600))
    sets = {
        name: (rng.normal(size=(60, 20)) @ base + 0.1 * rng.normal(size=(60, 600))).astype(np.float32)
        for name in "abc"
    }
    with pytest.raises(
        ScoreError, match=r"class a has 60 pictures, so halves of 30: .*components of at most 29"
    ):
        fdr(sets)
    found = fdr(sets, components=10)
    assert (found.d, found.n) == (10, 30)
    assert 0.5 < found.explained < 1
    assert 0.5 < found.value < 1.5


def test_the_seed_decides_and_nothing_else():
    sets = _noise()
    assert fdr(sets, seed=3) == fdr(sets, seed=3)
    assert fdr(sets, seed=3).value != fdr(sets, seed=4).value


def test_it_survives_json():
    found = fdr(_noise(), components=2)
    assert FDR.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    with pytest.raises(ScoreError, match="expected a whorl-fdr/1"):
        FDR.from_dict(found.to_dict() | {"schema": "whorl-fdr/2"})
    with pytest.raises(ScoreError, match="expected a whorl-fdr/1"):
        FDR.from_dict(found.to_dict() | {"more": 1})


@pytest.mark.parametrize(
    ("sets", "options", "message"),
    [
        ({"a": np.eye(9)}, {}, "at least 2 classes"),
        ({"a": np.ones((1, 1)), "b": np.ones((9, 1))}, {}, "class a has 1 pictures, .*at least 4 pictures"),
        ({"a": np.ones((9, 2)), "b": np.ones((9, 3))}, {}, "of one D for every class"),
        ({"a": np.ones(9), "b": np.ones(9)}, {}, "of one D for every class"),
        ({"a": np.ones((9, 2)), "b": np.full((9, 2), np.nan)}, {}, "class b holds NaN"),
        ({"a": np.ones((9, 2)), "b": np.ones((9, 2))}, {}, "there is no ratio"),
        ({"a": np.ones((9, 2)), "b": np.ones((9, 2))}, {"components": 1}, "constant"),
        ({"a": np.eye(9), "b": np.eye(9)}, {"components": 10}, "have 9 dimensions"),
        ({"a": np.eye(9), "b": np.eye(9)}, {"halves": 1}, "halves must be at least 2"),
        ({"a": np.eye(9), "b": np.eye(9)}, {"seed": -1}, "seed must be at least 0"),
    ],
)
def test_what_has_no_ratio(sets, options, message):
    with pytest.raises(ScoreError, match=message):
        fdr(sets, **options)
