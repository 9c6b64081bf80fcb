"""Which layers are chosen, on responses made by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest

from whorl.errors import ScoreError
from whorl.memorization.chosen_layers import chosen_layers
from whorl.sensitivity import Interval, MeasuredAlteration, SensitivityProfile, choose, contrasts
from whorl.sensitivity.choice import best_pair, rise_interval
from whorl.sensitivity.resampling import Distances, resampled
from whorl.sensitivity.words import one_line


def made(low, high, layers=None):
    """A profile of one low-level and one high-level alteration in one grade."""
    response = np.stack([low, high], axis=1)[..., None].astype(float)
    count = len(response)
    alterations = tuple(MeasuredAlteration(level, level, "", (1.0,)) for level in ("low", "high"))
    wins = np.arange(count)
    return SensitivityProfile(
        tuple(layers or range(1, count + 1)), alterations, response, response, response, response, wins,
        wins[::-1], 200, 100, 0, "ab" * 32,
    )  # fmt: skip


def test_the_contrast_rises_from_the_low_level_to_the_high_level_layer():
    choice = choose(made([1.0, 0.8, 0.4, 0.2], [0.1, 0.2, 0.4, 0.6]))
    assert choice.layers == (1, 4)
    assert choice.low_contrast == pytest.approx(np.log(0.1))
    assert choice.high_contrast == pytest.approx(np.log(3))
    assert (choice.low_wins, choice.high_wins, choice.resamples) == (0, 0, 200)


def test_layers_that_hardly_differ_are_said_to():
    clear = choose(made([1.0, 0.4], [0.1, 0.4]))
    assert clear.rise == pytest.approx(np.log(10))
    assert not clear.hardly_differ
    assert "hardly" not in one_line(made([1.0, 0.4], [0.1, 0.4]))
    tiny = made([1.0, 1.0], [1.0, 1.2])
    assert choose(tiny).hardly_differ
    assert "rises by 0.18: the layers hardly differ" in one_line(tiny)
    for low, hardly in ((-0.1, True), (0.1, False)):
        unsure = replace(made([1.0, 1.0], [1.0, 2.0]), rise=Interval(low, 1.0))
        assert choose(unsure).hardly_differ == hardly
        assert choose(unsure).interval == Interval(low, 1.0)
        assert f"(95 % interval {low:.2f} to 1.00)" in one_line(unsure)


def test_the_interval_is_of_the_two_layers_chosen_and_may_reach_below_zero():
    rng = np.random.default_rng(0)
    values, noise = np.array([0.0, 0.5, 0.02]), rng.normal(size=(20_000, 3))
    interval = rise_interval(values, values + 0.5 * noise)
    # A difference of two normal values.
    assert interval.low == pytest.approx(0.5 - 1.96 * np.sqrt(0.5), abs=0.05)
    assert interval.high == pytest.approx(0.5 + 1.96 * np.sqrt(0.5), abs=0.05)
    assert rise_interval(np.array([1.0, 0.0]), noise[:, :2]) is None


def test_a_profile_keeps_its_interval_and_one_without_is_still_read():
    profile = replace(made([1.0, 0.5], [0.1, 0.4]), rise=Interval(0.5, 1.5))
    data = json.loads(json.dumps(profile.to_dict()))
    assert SensitivityProfile.from_dict(data).rise == profile.rise
    del data["rise"]
    assert SensitivityProfile.from_dict(data).rise is None


def test_means_over_strengths_and_over_alterations_of_a_level():
    response = np.arange(24.0).reshape(2, 4, 3)
    alterations = tuple(
        MeasuredAlteration(str(i), level, "", (1.0, 2.0, 3.0))
        for i, level in enumerate(("low", "high", "high", "low"))
    )
    profile = replace(made([1, 1], [1, 2]), response=response, alterations=alterations)
    assert profile.by_alteration().tolist() == [[1, 4, 7, 10], [13, 16, 19, 22]]
    assert profile.by_level("low").tolist() == [5.5, 17.5]
    assert profile.by_level("high").tolist() == [5.5, 17.5]


def test_the_low_level_layer_is_the_shallower_one():
    # The largest contrast of all is the first layer's: too shallow to be above any other.
    assert best_pair(np.array([1.0, -0.5, 0.0, 0.4])).low == 1
    assert best_pair(np.array([1.0, -0.5, 0.0, 0.4])).high == 3
    # And the smallest is the last one's.
    assert choose(made([1, 1, 1, 9], [1, 2, 3, 1])).layers == (1, 3)


def test_the_unit_of_a_layer_does_not_matter():
    low, high = np.array([0.9, 0.5, 0.2]), np.array([0.1, 0.4, 0.5])
    scale = np.array([3.0, 0.1, 7.0])
    one, other = (
        contrasts(made(a, b).response, ("low", "high")) for a, b in ((low, high), (low * scale, high * scale))
    )
    assert np.allclose(one, other)


def test_a_layer_that_does_not_move_is_a_number_too():
    values = contrasts(made([0.0, 0.5, 0.0], [0.5, 0.0, 0.0]).response, ("low", "high"))
    assert np.isfinite(values).all()
    assert values[1] < values[2] < values[0]


def test_of_equals_the_first_pair():
    assert choose(made([1, 1, 1, 1], [1, 2, 1, 2])).layers == (1, 2)


def test_one_layer_and_a_falling_contrast_give_no_choice_but_a_reason():
    for profile, reason in ((made([1], [1]), "one layer"), (made([1, 1], [2, 1]), "shallower one")):
        with pytest.raises(ScoreError, match=reason):
            choose(profile)
        assert "no choice" in one_line(profile)


def test_chosen_layers():
    profile = made([1.0, 0.5, 0.2], [0.1, 0.4, 0.5])
    assert chosen_layers((1, 2, 3), "auto", profile) == (1, 3)
    assert chosen_layers((1, 2, 3), None, None) == (1, 2, 3)
    assert chosen_layers((1, 2, 3), [2], None) == (2,)
    for wish, message in (
        ("auto", "no sensitivity profile"),
        ([4], "layers 1, 2, 3"),
        ([], "at least one"),
        ([1, 1], "each once"),
        ("all", "a list of layers"),
    ):
        with pytest.raises(ScoreError, match=message):
            chosen_layers((1, 2, 3), wish, None)
    with pytest.raises(ScoreError, match="profile chose 3"):
        chosen_layers((1, 2), "auto", profile)


def test_a_resample_is_what_counting_the_drawn_pictures_gives():
    rng = np.random.default_rng(0)
    points, moved = rng.normal(size=(12, 3)), rng.normal(size=(1, 2, 12)) ** 2
    between = np.array([np.linalg.norm(points[i] - points[j]) for i in range(12) for j in range(i + 1, 12)])
    draws = rng.integers(0, 12, (30, 12))
    found = resampled(Distances(moved, between), draws)
    for b, drawn in enumerate(draws):
        pairs = [
            np.linalg.norm(points[drawn[i]] - points[drawn[j]])
            for i in range(12)
            for j in range(i + 1, 12)
            if drawn[i] != drawn[j]
        ]
        assert np.allclose(found[b], np.median(moved[..., drawn], axis=-1) / np.median(pairs))
