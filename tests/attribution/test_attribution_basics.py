"""Division, calibration, rejection and the attributor: promises held to simulations and closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from attribution_makers import accuracy, gaussians, shuffled, table_of

from whorl.attribution.attributor import Attributor
from whorl.attribution.calibration import Temperature, calibration_error
from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.kinds import CLASSIFIERS
from whorl.attribution.rejection import Strangers, meet_strangers, support
from whorl.attribution.split import check_sets, divided
from whorl.embeddings.progress import Silent
from whorl.errors import ScoreError

LINEAR = CLASSIFIERS["linear"]
CORNERS = [(0, 0, 6), (0, 6, 0), (6, 0, 0)]


# Division


def test_each_picture_teaches_or_judges_and_a_fifth_of_each_class_judges():
    sets = {"a": table_of(np.arange(50.0)[:, None]), "b": table_of(100 + np.arange(10.0)[:, None])}
    taught = divided(sets, seed=0)
    both = np.concatenate([taught.train.values, taught.validation.values]).ravel()
    assert sorted(both) == [*range(50), *range(100, 110)]
    assert np.bincount(taught.validation.classes).tolist() == [10, 2]
    for held in (taught.train, taught.validation):
        np.testing.assert_array_equal(held.classes, held.values.ravel() >= 100)


def test_the_division_follows_the_seed():
    sets = gaussians(CORNERS, 20)
    first, again, other = (divided(sets, seed=seed).validation.values for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_classes_count_alike_however_many_pictures_they_have():
    weights = Labelled(np.zeros((5, 1), np.float32), np.array([0, 0, 0, 0, 1])).weights()
    np.testing.assert_allclose(weights, [0.625] * 4 + [2.5])


def test_what_teaches_nothing_is_refused():
    sets = gaussians(CORNERS, 20)
    with pytest.raises(ScoreError, match="at least two known classes; got 1"):
        check_sets({"0": sets["0"]})
    with pytest.raises(ScoreError, match="1 has 9"):
        check_sets(sets | {"1": sets["1"].rows(np.arange(9))})
    with pytest.raises(ScoreError, match=r"several shapes: 0 \(3,\), 1 \(2,\)"):
        check_sets({"0": sets["0"], "1": table_of(sets["1"].values[:, :2])})
    with pytest.raises(ScoreError, match="features of 0 hold NaN"):
        check_sets({"0": table_of(np.full((20, 3), np.inf)), "1": sets["1"]})


# Calibration


def drawn(count, scale, seed=0):
    """Logits, and classes drawn from softmax(logits / scale): their temperature is `scale`."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (count, 4)) * scale
    gumbel = rng.gumbel(size=logits.shape)
    return logits, (logits / scale + gumbel).argmax(axis=1)


@pytest.mark.parametrize("scale", [0.1, 1.0, 7.0])
def test_the_temperature_that_made_the_labels_is_found(scale):
    logits, classes = drawn(5000, scale)
    found = Temperature.fit(logits, Labelled(np.zeros((5000, 1), np.float32), classes))
    assert found.value == pytest.approx(scale, rel=0.1)
    other, truth = drawn(5000, scale, seed=1)
    assert calibration_error(found.probabilities(other), truth) < 0.03
    assert calibration_error(Temperature(scale * 5).probabilities(other), truth) > 0.15


def test_pictures_without_an_error_do_not_make_probabilities_of_one():
    """Of N, the likeliest class has at most (N + 1) / (N + 2) where all logits are alike."""
    classes = np.repeat([0, 1, 2], 8)
    logits = 50 * np.eye(3)[classes]
    found = Temperature.fit(logits, Labelled(np.zeros((24, 1), np.float32), classes))
    assert found.probabilities(logits).max() == pytest.approx(25 / 26, abs=1e-3)


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.6, 0.4]])
    # confidence 0.9, half right; confidence 0.6, half right
    assert calibration_error(probabilities, np.array([0, 1, 1, 1])) == pytest.approx(0.25)


# Unknown


def confident(level, count, rng):
    high = np.clip(rng.normal(level, 0.05, count), 0.34, 1)
    return np.stack([high, (1 - high) / 2, (1 - high) / 2], axis=1)


def test_the_promised_rate_holds_for_the_strangers_and_for_new_ones():
    rng = np.random.default_rng(0)
    levels = rng.uniform(0.5, 0.8, 500)
    met = Strangers(tuple(map(str, levels)), tuple(confident(x, 40, rng) for x in levels), rate=0.1)
    new = [confident(x, 40, rng) for x in rng.uniform(0.5, 0.8, 500)]
    for pictures in (1, 5):
        threshold = met.threshold(pictures)
        # 500 classes differ: three standard errors of a share of a tenth of them, twice
        for found, error in ((met.probabilities, 0.015), (new, 0.06)):
            sets = [x[n : n + pictures] for x in found for n in range(0, 40, pictures)]
            accepted = np.mean([support(each) > threshold for each in sets])
            assert accepted == pytest.approx(0.1, abs=error)


def test_no_more_than_the_rate_is_accepted_with_ties_and_unequal_classes():
    few = np.tile([[0.9, 0.1]], (2, 1))
    many = np.concatenate([np.tile([[0.9, 0.1]], (3, 1)), np.tile([[0.6, 0.4]], (97, 1))])
    # 0.9 is half of the strangers, by class: at 0.4 all of them must be refused
    assert Strangers(("few", "many"), (few, many), 0.4).threshold(1) == 0.9
    assert Strangers(("few", "many"), (few, many), 0.6).threshold(1) == 0.6


@pytest.mark.parametrize("name", ["linear", "nearest"])
def test_models_never_seen_are_accepted_at_the_promised_rate(name):
    """On average over strangers like the known ones, give or take three standard errors of twelve trials."""
    accepted, kept = [], []
    for seed in range(12):
        centres = np.random.default_rng(seed).normal(0, 2.5, (24, 10))
        known = dict(list(gaussians(centres, 30, seed=seed).items())[:12])
        attributor = Attributor.fit(known, CLASSIFIERS[name], rate=0.2, seed=seed)
        rates = {
            label: np.mean([answer is not None for answer in attributor.attribute(table).answers])
            for label, table in gaussians(centres, 20, seed=100 + seed).items()
        }
        kept.append(np.mean([rates[label] for label in rates if label in known]))
        accepted.append(np.mean([rates[label] for label in rates if label not in known]))
    assert np.mean(accepted) == pytest.approx(0.2, abs=0.1)
    assert np.mean(kept) > 0.75


def test_no_stranger_can_be_met_with_two_classes_and_a_rate_must_be_a_share():
    two = gaussians(CORNERS[:2], 20)
    options = {"seed": 0, "device": "cpu", "progress": Silent()}
    assert meet_strangers(two, LINEAR, rate=0.1, **options) is None
    attributor = Attributor.fit(two, LINEAR)
    assert None not in attributor.attribute(two["0"]).answers
    assert attributor.together(attributor.attribute(two["0"])).known is None
    for rate in (0.0, 1.0):
        with pytest.raises(ScoreError, match="between 0 and 1"):
            meet_strangers(two, LINEAR, rate=rate, **options)


# The attributor


def test_labels_at_random_teach_nothing_and_real_ones_all():
    train, test = gaussians(CORNERS, 100), gaussians(CORNERS, 100, seed=1)
    assert accuracy(Attributor.fit(train, LINEAR, unknown=False), test) > 0.99
    chance = Attributor.fit(shuffled(train), LINEAR, unknown=False)
    assert abs(accuracy(chance, shuffled(test, seed=2)) - 1 / 3) < 0.1
    assert abs(chance.accuracy - 1 / 3) < 0.2


def test_two_runs_are_equal_and_say_what_they_are():
    train = gaussians(CORNERS, 30)
    first, again = (Attributor.fit(train, LINEAR, seed=3) for _ in range(2))
    np.testing.assert_array_equal(
        first.attribute(train["1"]).probabilities, again.attribute(train["1"]).probabilities
    )
    assert first.describe() == again.describe()
    assert first.describe()["classes"] == {"0": 30, "1": 30, "2": 30}
    assert first.attribute(train["1"]).threshold == again.attribute(train["1"]).threshold


def test_a_small_class_is_not_swallowed_by_a_large_one():
    near = [(0, 0), (2, 0)]
    train = {"0": gaussians(near, 400)["0"], "1": gaussians(near, 20, seed=1)["1"]}
    test = gaussians(near, 300, seed=2)
    for name in ("linear", "svm", "nearest"):
        found = Attributor.fit(train, CLASSIFIERS[name], unknown=False)
        rare = np.mean([best == "1" for best in found.attribute(test["1"]).best])
        assert rare > 0.65, name


def test_a_set_is_answered_by_its_mean():
    train = gaussians(CORNERS, 30)
    attributor = Attributor.fit(train, LINEAR)
    found = attributor.attribute(train["2"])
    answer = attributor.together(found)
    assert answer.label == "2"
    assert answer.pictures == 30
    np.testing.assert_allclose(sum(answer.shares.values()), 1)
    assert answer.support == pytest.approx(found.probabilities.mean(axis=0).max())
    assert answer.votes["2"] == np.mean([best == "2" for best in found.best])


def test_features_that_cannot_be_attributed_are_refused():
    train = gaussians(CORNERS, 20)
    attributor = Attributor.fit(train, LINEAR, unknown=False)
    with pytest.raises(ScoreError, match="no picture"):
        attributor.attribute(train["0"].rows(np.arange(0)))
    # a single column would be spread over all three in silence
    with pytest.raises(ScoreError, match=r"shape \(1,\), and \(3,\) was learned"):
        attributor.attribute(table_of(train["0"].values[:, :1]))
    with pytest.raises(ScoreError, match="NaN"):
        attributor.attribute(replace(train["0"], values=train["0"].values * np.float32(np.nan)))
