"""'None of these': the promised rate holds, and the threshold says what the p-value says."""

import numpy as np
import pytest

from whorl.fingerprints import Fingerprint
from whorl.fingerprints.methods import METHODS
from whorl.identification import KnownModel, OpenSet

MEANS = METHODS["means"]


def at(*place, n=200, spread=1.0):
    place = np.array([place], float)
    return Fingerprint("r", (1,), n, {"means": place, "spreads": np.full(place.shape, spread)})


def known_at(places):
    return [KnownModel(f"{name}/{i}", name, at(*place)) for i, (name, *place) in enumerate(places)]


def judged(held, distance, nearest="another", n=200):
    return held.judge(distance, nearest, n_pictures=n)


def test_p_value_counts_the_nearest_architecture_and_those_that_come_as_near():
    # On a line: a at 0, b at 1, c at 4. Nearest others: 1, 1, 3.
    held = OpenSet(known_at([("a", 0), ("b", 1), ("c", 4)]), MEANS, false_accept_rate=0.5)
    by_hand = {(0.5, "a"): 2 / 4, (1.0, "a"): 3 / 4, (3.0, "a"): 1.0, (1.0, "c"): 1.0, (0.9, "c"): 2 / 4}
    for (distance, nearest), p in by_hand.items():
        assert judged(held, distance, nearest).p_value == pytest.approx(p)
    assert judged(held, 0.5, "a").accepts
    assert not judged(held, 1.0, "a").accepts


def test_several_models_of_one_architecture_count_as_one_case():
    # Two of the three models of a come within 1 of b.
    held = OpenSet(known_at([("a", 0), ("a", 0), ("a", -9), ("b", 1)]), MEANS)
    assert held.architectures == 2
    assert judged(held, 1.0, "b").p_value == pytest.approx((2 + 2 / 3) / 3)


def test_no_less_can_be_promised_than_two_in_the_known_architectures_and_one():
    three = OpenSet(known_at([("a", 0), ("b", 1), ("c", 4)]), MEANS)
    assert three.false_accept_rate == pytest.approx(2 / 4)
    many = OpenSet(known_at([(f"m{i}", i * i) for i in range(40)]), MEANS)
    assert many.false_accept_rate == 0.05


@pytest.mark.parametrize("rate", [0.05, 0.4, 0.6, 0.99])
def test_what_is_below_the_threshold_is_accepted_and_nothing_else(rate):
    rng = np.random.default_rng(0)
    places = [(f"m{i % 6}", *rng.normal(size=3)) for i in range(14)]
    held = OpenSet(known_at(places), MEANS, false_accept_rate=rate)
    limit = judged(held, 0.0, "m0").threshold
    for distance in (0.0, 0.5, 1.0, np.nextafter(limit, 0), limit, limit * 1.01, 9.0):
        assert judged(held, distance, "m0").accepts == (distance < limit)


def test_one_architecture_alone_teaches_nothing():
    alone = judged(OpenSet(known_at([("a", 0), ("a", 1)]), MEANS), 0.0, "a")
    assert (alone.p_value, alone.threshold, alone.accepts, alone.false_accept_rate) == (
        None,
        None,
        False,
        1.0,
    )


def test_the_promised_rate_holds_for_models_drawn_as_the_known_ones():
    """Simulated: 600 registries of 39 architectures, and one more of the same kind."""
    rng, accepted = np.random.default_rng(2), 0
    for _ in range(600):
        places = rng.normal(size=(40, 4))
        held = OpenSet(known_at([(f"m{i}", *place) for i, place in enumerate(places[:39])]), MEANS)
        apart = np.linalg.norm(places[:39] - places[39], axis=1)
        accepted += judged(held, apart.min(), f"m{apart.argmin()}").accepts
    assert 0.015 < accepted / 600 < 0.07


def test_small_sets_are_held_to_what_small_sets_of_strangers_look_like():
    """Twenty-five pictures of a known model lie far from it by chance; they are still accepted."""
    rng = np.random.default_rng(3)
    places = 10 * rng.normal(size=(40, 60))
    known = [KnownModel(f"m{i}", f"m{i}", at(*place, spread=20.0)) for i, place in enumerate(places)]
    held = OpenSet(known, MEANS)
    few = at(*(places[0] + rng.normal(size=60) * 20 / np.sqrt(25)), n=25, spread=20.0)
    distance = MEANS.distances(few, [each.fingerprint for each in known]).min()
    assert judged(held, distance, "m0", n=25).accepts
    assert judged(held, distance, "m0", n=25).threshold > judged(held, distance, "m0").threshold
