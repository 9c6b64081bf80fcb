"""Pictures without a key are taken for a user's no more often than wanted, even where their bits are no coins."""

import itertools
import warnings
from dataclasses import replace

import numpy as np
import pytest
from linear_makers import linear_generator
from scipy.stats import binom

from whorl.errors import ScoreError, WhorlWarning
from whorl.images import open_images
from whorl.latent.answers import read_pictures
from whorl.latent.basis import CODINGS
from whorl.latent.deciding.calibration import Calibration
from whorl.latent.deciding.decision import decide
from whorl.latent.deciding.matching import MatchingRule, tails
from whorl.latent.deciding.observed import Observed, observed, observed_with, unluckiest
from whorl.latent.deciding.plain_bits import coins, lopsided, shares_of
from whorl.latent.deciding.threshold import least_matching
from whorl.latent.directions import basis_by_position
from whorl.latent.keys.code import code_for
from whorl.latent.keys.key_book import KeyBook
from whorl.latent.mark import drawn
from whorl.latent.reading.reading import Reading
from whorl.report.latent.words import needed_words, observed_words

BITS = 16
FEW = {"latents": 4_000, "start_pictures": 0}


def biased(seed, lean, bits=BITS):
    """Shares of 1s that lie `lean` off 1/2, to either side."""
    return 0.5 + lean * np.random.default_rng(seed).choice([-1, 1], bits)


def drawn_bits(ones, count, seed):
    return (np.random.default_rng(seed).random((count, len(ones))) < ones).astype(np.uint8)


def book_with(key, others=3):
    """A book of which the first user has this key, and the others keys as far from it as the code has room for."""
    code = code_for(len(key), 4)
    numbers = {f"u{place}": place for place in range(1 + others)}
    book = KeyBook(code, np.arange(len(key)), np.asarray(key, dtype=np.uint8), numbers)
    assert np.array_equal(book.key("u0"), key)
    return book


def test_tails_are_those_of_all_bits_that_can_be_read():
    ones = np.random.default_rng(0).random(7)
    keys = np.random.default_rng(1).integers(0, 2, (5, 7))
    every = np.array(list(itertools.product((0, 1), repeat=7)))
    weights = np.where(every == 1, ones, 1 - ones).prod(axis=1)
    for key, found in zip(keys, tails(keys, ones), strict=True):
        matching = (every == key).sum(axis=1)
        assert found == pytest.approx([weights[matching >= t].sum() for t in range(8)])
    assert tails(keys, np.full(7, 0.5))[0] == pytest.approx(binom.sf(np.arange(-1, 7), 7, 0.5))
    # Far out in a tail, where a difference of two numbers near 1 would have no digit left.
    assert tails(np.ones((1, 64)), np.full(64, 0.1))[0, 64] == pytest.approx(1e-64, rel=1e-9)


@pytest.mark.parametrize(("bits", "users", "rate"), [(32, 1000, 1e-3), (64, 10, 1e-6), (16, 30, 0.01)])
def test_fair_coins_need_what_the_exact_binomial_says(bits, users, rate):
    book = KeyBook.create(bits, users=[f"u{i}" for i in range(users)], room=users, seed=0)
    expected = least_matching(bits, users, rate)
    for shares in ((), (np.full(bits, 0.5),)):
        rule = MatchingRule.of(book, rate=rate, shares=shares)
        assert set(rule.needed) == {expected}
        told = rule.told()
        assert (told.coins, told.least, told.most, told.raised, told.never) == (expected,) * 3 + (0, 0)


def test_a_key_drawn_at_random_matches_any_bits_as_coins_do():
    """Why no book is drawn to see how biased bits are: it would not show."""
    bits = np.zeros(BITS, np.uint8)
    keys = [KeyBook.create(BITS, users=["a"], room=30, seed=seed).key("a") for seed in range(2_000)]
    counts = np.bincount([(key == bits).sum() for key in keys], minlength=BITS + 1) / len(keys)
    assert counts == pytest.approx(binom.pmf(np.arange(BITS + 1), BITS, 0.5), abs=0.03)


def test_the_rate_holds_for_biased_bits_where_coins_would_break_it():
    ones = biased(0, 0.35)
    key = (ones > 0.5).astype(np.uint8)
    book, rate = book_with(key), 0.05
    seen, fresh = drawn_bits(ones, 200, 1), drawn_bits(ones, 20_000, 2)
    coin = MatchingRule.of(book, rate=rate)
    known = MatchingRule.of(book, rate=rate, shares=(shares_of(seen),))
    assert observed(coin, "plain", fresh).low > 4 * rate
    assert observed(known, "plain", fresh).high <= rate
    assert known.needed[0] > coin.needed[0]
    # Users whose keys are far from what is read there need no more than before.
    assert (known.needed[1:] == coin.needed[1:]).all()
    told = known.told()
    assert (told.raised, told.coins, told.least) == (1, coin.coins, coin.coins)
    assert told.most == known.needed[0] or told.never == 1


def test_few_readings_leave_much_open():
    """What N readings leave open is in the shares: a bit that was 0 in three pictures may be 1 in the next."""
    always = np.zeros((3, BITS), np.uint8)
    assert shares_of(always) == pytest.approx(0.125)
    assert shares_of(np.zeros((0, BITS))) == pytest.approx(0.5)
    assert coins(np.full(BITS, 0.5)) == BITS
    assert (coins(np.zeros(BITS)), lopsided(np.zeros(BITS)), lopsided(np.full(BITS, 0.7))) == (0, BITS, 0)


def test_the_expected_rate_is_that_of_the_mean_shares():
    """Jeffreys' posterior mean: tails averaged over what the shares may be are the tails of their means."""
    rng = np.random.default_rng(0)
    seen = drawn_bits(biased(3, 0.2, bits=6), 12, 4)
    key = np.array([[1, 0, 1, 1, 0, 1]])
    ones = seen.sum(axis=0)
    drawn_shares = rng.beta(ones + 0.5, len(seen) - ones + 0.5, (40_000, 6))
    matches = np.where(key == 1, drawn_shares, 1 - drawn_shares)
    averaged = (rng.random(matches.shape) < matches).sum(axis=1)
    expected = [(averaged >= t).mean() for t in range(7)]
    assert tails(key, shares_of(seen))[0] == pytest.approx(expected, abs=0.01)


def test_intervals_are_exact_and_count_pictures():
    found = Observed.of("plain", 0.001, 0, 100)
    assert (found.low, found.high) == (0, pytest.approx(1 - 0.025 ** (1 / 100)))
    # Clopper and Pearson's interval of 5 in 100, as tables give it.
    assert (
        Observed.of("plain", 0.001, 5, 100).low,
        Observed.of("plain", 0.001, 5, 100).high,
    ) == pytest.approx((0.0164, 0.1128), abs=5e-5)
    book = KeyBook.create(BITS, users=[f"u{i}" for i in range(30)], room=30, seed=0)
    assert observed(MatchingRule.of(book, rate=0.1), "plain", drawn_bits(biased(0, 0), 50, 1)).readings == 50


def calibration_of(plain, foreign=None):
    none = np.empty((0, plain.shape[1]), np.uint8)
    return Calibration(0.4, 0.1, 24, 0, plain, none if foreign is None else foreign)


def test_bits_that_hang_together_are_noticed():
    """Each bit by itself is a fair coin, and half of the pictures are read as one key: no share shows it."""
    key = drawn_bits(biased(0, 0), 1, 5)[0]
    book = book_with(key)
    rng = np.random.default_rng(6)
    together = key ^ rng.integers(0, 2, (100, 1), dtype=np.uint8)
    calibration = calibration_of(together)
    rule = MatchingRule.of(book, rate=1e-3, shares=calibration.shares)
    found = observed_with(book, rule, calibration)
    assert [(each.kind, each.rate) for each in found] == [("plain", 1e-3), ("plain", 0.1)]
    assert all(each.too_many for each in found)
    assert all("hang together" in line for line in observed_words(found))
    independent = calibration_of(drawn_bits(biased(0, 0), 100, 7), foreign=drawn_bits(biased(1, 0.2), 40, 8))
    rule = MatchingRule.of(book, rate=1e-3, shares=independent.shares)
    found = observed_with(book, rule, independent)
    assert [each.kind for each in found] == ["plain", "foreign"] * 2
    assert not any(each.too_many for each in found)


def test_the_key_worst_off_shows_a_bias_without_a_book():
    assert unluckiest("plain", drawn_bits(biased(0, 0), 400, 1), rate=1e-3).low < 1e-3
    found = unluckiest("plain", drawn_bits(biased(0, 0.45), 400, 1), rate=1e-3)
    assert found.readings == 400
    assert found.too_many
    assert unluckiest("plain", drawn_bits(biased(0, 0, bits=8), 400, 1), rate=1e-3) is None


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("times", [0.5, 1.5, 6.0])
def test_what_is_foreseen_of_plain_bits_is_what_they_are(coding, times):
    generator = linear_generator()
    basis = basis_by_position(generator, bits=BITS, strength=times, coding=coding, seed=3, **FEW)
    soft = basis.bits_of(basis.coordinates(generator.sample_latents(4_000, seed=9))[:, :BITS])
    assert (soft > 0.5).mean(axis=0) == pytest.approx(basis.plain_ones, abs=0.04)
    if coding == "centred":
        assert basis.lopsided == 0
    if coding == "published":
        assert basis.lopsided == (BITS if times > 1.4 else 0)


def test_a_basis_whose_bits_tell_little_is_kept_with_a_warning(tmp_path):
    basis = basis_by_position(linear_generator(), bits=BITS, strength=8.0, **FEW)
    with pytest.warns(WhorlWarning, match="16 of 16 bits have one value in more than three of four"):
        basis.save(tmp_path / "loud")
    with warnings.catch_warnings():
        warnings.simplefilter("error", WhorlWarning)
        basis.with_strength(0.5).save(tmp_path / "quiet")


def test_a_picture_without_a_key_is_not_the_users_whose_key_looks_like_none():
    """As published, and loud: all bits of plain pictures are 0, and so are those of an unlucky user's key."""
    generator = linear_generator()
    basis = basis_by_position(generator, bits=BITS, strength=8.0, **FEW)
    book = book_with(np.zeros(BITS, np.uint8))
    plain = drawn(generator, generator.sample_latents(6, seed=4))
    found = read_pictures(open_images(plain), generator, basis, book)
    assert found.answered == {"no match": 6}
    assert {each.decision.nearest for each in found.found} == {"u0"}
    assert (found.needed.raised, found.needed.never, found.needed.coins) == (
        1,
        1,
        least_matching(BITS, 4, 1e-3),
    )
    assert "read like that key too often to name u0" in found.found[0].decision.why
    assert min(each.decision.chance for each in found.found) > 0.5
    assert "1 user cannot be named at this rate at all" in needed_words(found)
    # Coins would have named that user each time.
    bits = [each.bits for each in found.found]
    assert {MatchingRule.of(book, rate=1e-3).match(each).named for each in bits} == {True}
    # A calibration finds it out too, and says how often.
    measured = calibration_of(np.zeros((60, BITS), np.uint8))
    coin = replace(basis, strength=0.5, calibration=measured)
    rule = MatchingRule.of(book, rate=1e-3, shares=coin.calibration.shares)
    assert rule.needed[0] == BITS + 1
    assert observed_with(book, rule, measured)[0].accepted == 0


def test_a_calibration_raises_what_a_decision_needs():
    key = drawn_bits(biased(0, 0), 1, 5)[0]
    book = book_with(key)
    read = Reading(key.astype(float), np.zeros(BITS), np.full(BITS, 0.1), 0.3, 1, 1)
    assert decide(read, book).user == "u0"
    around = calibration_of(drawn_bits(0.1 + 0.8 * key, 200, 1))
    found = decide(read, book, calibration=around)
    assert (found.user, found.nearest, found.matching) == (None, "u0", BITS)
    with pytest.raises(ScoreError, match="a share for each of 16 bits"):
        MatchingRule.of(book, rate=0.1, shares=(np.full(8, 0.5),))
