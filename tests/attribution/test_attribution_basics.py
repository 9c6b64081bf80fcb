"""Division, calibration, rejection and the attributor: promises held to simulations and closed forms."""

from dataclasses import replace

import numpy as np
import pytest
from attribution_makers import accuracy, gaussians, shuffled, table_of

from whorl.attribution.attributor import Attributor
from whorl.attribution.calibration import Temperature, calibration_error
from whorl.attribution.classifiers.contract import Labelled
from whorl.attribution.classifiers.kinds import CLASSIFIERS
from whorl.attribution.likeness import Likeness, distances
from whorl.attribution.rejection import UNLIKE, learn_rejection
from whorl.attribution.split import check_sets, divided
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
    copies = replace(sets["1"], keys=np.zeros((20, 8), np.uint8))
    with pytest.raises(ScoreError, match="copies of fewer than four"):
        check_sets(sets | {"1": copies})
    with pytest.raises(ScoreError, match="features of all pictures are the same"):
        check_sets(
            {name: replace(table, values=np.ones((20, 3), np.float32)) for name, table in sets.items()}
        )
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


def models(seed, count, spread=1.0):
    """Centres of models drawn alike: `count` known ones, and one more."""
    return np.random.default_rng(seed).normal(0, spread, (count + 1, 6))


def share_accepted(met, centre, pictures, rng, sets=8):
    asked = rng.normal(centre, 1, (sets, pictures, 6)).astype(np.float32)
    near = [met.distance_of(met.likeness.rows(each)) for each in asked]
    return np.mean([met.limits(pictures).refusal(each) is None for each in near])


@pytest.mark.parametrize("count", [3, 5, 9])
def test_strangers_are_accepted_at_the_rate_that_is_promised_and_known_ones_are_kept(count):
    """Sets of 25: the unit is the model, so C models promise 2 / (C + 1), whatever less was asked for."""
    strange, known, told = [], [], []
    for seed in range(16):
        centres, rng = models(seed, count, 0.5), np.random.default_rng(100 + seed)
        met = learn_rejection(gaussians(centres[:-1], 40, seed=seed), rate=0.1, seed=seed)
        assert met.rate == pytest.approx(2 / (count + 1))
        strange.append(share_accepted(met, centres[-1], 25, rng))
        known.append(np.mean([share_accepted(met, centre, 25, rng, 2) for centre in centres[:-1]]))
        told.append(met.limits(25).known_accepted)
    # sixteen strangers: two standard errors of a share of so many
    assert np.mean(strange) <= 2 / (count + 1) + 2 * np.sqrt(2 / (count + 1) / 16)
    assert np.mean(known) > 0.6
    assert np.mean(told) == pytest.approx(np.mean(known), abs=0.12)


def test_a_smaller_rate_than_asked_for_is_never_promised_and_a_larger_one_is():
    sets = gaussians(models(0, 9)[:-1], 20)
    for asked, promised in ((0.1, 0.2), (0.3, 0.3)):
        assert learn_rejection(sets, rate=asked, seed=0).rate == pytest.approx(promised)


def test_single_pictures_and_sets_by_strangers_far_off_are_refused_though_the_classifier_is_sure():
    """The farther along a class's direction, the surer the classifier: a distance is not."""
    known = gaussians(CORNERS, 60)
    attributor = Attributor.fit(known, LINEAR)
    far = attributor.attribute(gaussians([(0, 0, 60)], 20)["0"])
    assert far.probabilities.max() > 0.9
    assert set(far.reasons) == {UNLIKE}
    assert set(far.answers) == {None}
    whole = attributor.together(far)
    assert (whole.known, whole.reason) == (False, UNLIKE)
    own = attributor.attribute(gaussians(CORNERS, 60, seed=1)["1"])
    assert np.mean([answer == "1" for answer in own.answers]) > 0.8
    assert attributor.together(own).known


def test_runs_of_one_architecture_are_left_out_together_and_real_pictures_never():
    centres = {"a/1": (0, 0, 6), "a/2": (0, 0, 6.5), "b/1": (0, 6, 0), "c/1": (6, 0, 0), "real": (0, 0, 0)}
    sets = dict(zip(centres, gaussians(list(centres.values()), 40).values(), strict=True))
    met = learn_rejection(sets, rate=0.1, seed=0)
    assert [each.label for each in met.strangers] == ["a/1", "a/2", "b/1", "c/1"]
    assert met.architectures == 3
    assert met.rate == 0.5
    # left out with its sibling, a run has the two other architectures and 'real'
    assert [len(each.centres) for each in met.strangers] == [3, 3, 4, 4]
    nearest = [each.nearest(1, np.random.default_rng(0)).mean() for each in met.strangers]
    assert min(nearest) > 5  # beside its sibling it would be about 1


def test_the_order_of_classes_changes_nothing():
    sets = gaussians(CORNERS, 30)
    one, two = (learn_rejection(held, rate=0.1, seed=0) for held in (sets, dict(reversed(sets.items()))))
    assert one.limits(25) == two.limits(25)


def test_two_classes_know_what_is_unlike_both_and_nothing_of_strangers():
    two = gaussians(CORNERS[:2], 40)
    attributor = Attributor.fit(two, LINEAR)
    assert attributor.rejection.rate is None
    assert attributor.attribute(two["0"]).limits.stranger is None
    assert attributor.together(attributor.attribute(two["0"])).known
    assert attributor.attribute(gaussians([(60, 60, 60)], 5)["0"]).reasons == (UNLIKE,) * 5


@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_rate_must_be_a_share(rate, unknown):
    with pytest.raises(ScoreError, match="between 0 and 1"):
        Attributor.fit(gaussians(CORNERS, 20), LINEAR, rate=rate, unknown=unknown)


def test_distances_are_hotellings():
    """In float64 by the formula, and about 1 for the class itself, whatever the size of the set."""
    rng = np.random.default_rng(0)
    values = {"a": rng.normal(0, 1, (400, 5)), "b": rng.normal(7, 1, (400, 5))}
    found = Likeness.fit({name: each.astype(np.float32) for name, each in values.items()})
    for size in (1, 10, 100):
        means = [found.rows(rng.normal(7, 1, (size, 5)).astype(np.float32)).mean(axis=0) for _ in range(60)]
        near = distances(np.array(means), size, found.centres, found.counts)
        assert near[:, 1].mean() == pytest.approx(1, abs=0.25)
    within = np.mean([np.cov(each.T) for each in values.values()], axis=0)
    apart = values["a"].mean(axis=0) - values["b"].mean(axis=0)
    expected = apart @ np.linalg.solve(within, apart) / (1 / 400 + 1 / 400) / 5
    between = distances(found.centres[:1], 400, found.centres, found.counts)[0, 1]
    assert between == pytest.approx(expected, rel=0.15)  # the covariance is shrunk towards its diagonal


# Copies


def test_copies_are_all_taught_or_all_judge():
    rng = np.random.default_rng(0)
    keys = rng.integers(0, 12, (60, 1)).astype(np.uint8)
    table = replace(table_of(keys.astype(np.float32)), keys=keys)
    taught = divided({"a": table, "b": replace(table, values=table.values + 100)}, seed=0)
    for shift in (0, 1):
        judge, teach = (
            {float(value) for value in held.values[held.classes == shift, 0]}
            for held in (taught.validation, taught.train)
        )
        assert judge
        assert teach
        assert not judge & teach


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
    assert first.attribute(train["1"]).limits == again.attribute(train["1"]).limits


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
