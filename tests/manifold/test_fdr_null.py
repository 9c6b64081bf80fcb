"""The ratio's null: p is spread evenly where labels mean nothing, and small where a shift was planted."""

import json

import numpy as np
import pytest

from whorl.errors import ScoreError
from whorl.manifold import FDRNull, fdr, fdr_null


def classes(seed=0, shift=0.0, sizes=(40, 50, 60), width=3):
    rng = np.random.default_rng(seed)
    return {
        f"class {place}": rng.normal(size=(n, width)) + shift * np.eye(width)[place]
        for place, n in enumerate(sizes)
    }


def test_p_is_spread_evenly_where_labels_mean_nothing():
    found = [fdr_null(classes(seed, sizes=(16, 20), width=2), dealings=19, halves=2) for seed in range(150)]
    p = np.array([each.p for each in found])
    # 150 cases: 3 standard errors about each share.
    for level in (0.1, 0.25, 0.5, 0.75):
        assert np.mean(p <= level) == pytest.approx(level, abs=3 * np.sqrt(level * (1 - level) / 150))
    # The mean of ratios of few draws is a little above the ratio of the means, which is 1.
    assert np.mean([each.mean for each in found]) == pytest.approx(1.03, abs=0.1)


def test_a_planted_shift_has_the_smallest_p():
    found = fdr_null(classes(shift=2.0), dealings=99)
    assert found.p == found.least_p == 0.01
    assert found.value > 5 * found.high
    assert found.high > found.mean == pytest.approx(1, abs=0.1)
    assert (found.n, found.d, found.dealings) == (20, 3, 99)


def test_with_as_many_halves_the_value_is_the_ratio():
    sets = classes(shift=0.5)
    assert fdr_null(sets, dealings=19, halves=20, components=2).value == fdr(sets, components=2).value


def test_order_of_classes_and_scale_decide_nothing_and_the_seed_does():
    sets = classes(shift=0.3)
    one = fdr_null(sets, dealings=49)
    moved = {name: 7 * (rows + 2.0) for name, rows in reversed(sets.items())}
    other = fdr_null(moved, dealings=49)
    assert other.value == pytest.approx(one.value)
    assert other.p == one.p
    assert fdr_null(sets, dealings=49) == one
    assert fdr_null(sets, dealings=49, seed=1).mean != one.mean


def test_it_survives_json_and_refuses_what_means_nothing():
    found = fdr_null(classes(), dealings=19)
    assert FDRNull.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    with pytest.raises(ScoreError, match="expected whorl-fdr-null/1"):
        FDRNull.from_dict(found.to_dict() | {"more": 1})
    with pytest.raises(ScoreError, match="dealings must be at least 19"):
        fdr_null(classes(), dealings=18)
    with pytest.raises(ScoreError, match="there is no ratio"):
        fdr_null({name: np.ones((9, 2)) for name in "ab"}, dealings=19)
