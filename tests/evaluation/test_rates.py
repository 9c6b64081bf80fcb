"""From answers to rates: by hand, against scikit-learn, and intervals that cover."""

import json
from collections import Counter

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from whorl import StorageError
from whorl.evaluation.open_set import open_set_rate
from whorl.evaluation.outcomes import Outcome, as_table
from whorl.evaluation.rates import by_set, confusion_of, difference_of, interval, rate_of
from whorl.evaluation.results import Confusion, Evaluation, OpenSetRate, Rate


def answer(query, truth, said, *, draw=0, method="m", strangeness=0.0, accepted=None, promised=None):
    return Outcome(
        "new-pictures",
        0,
        method,
        25,
        draw,
        query,
        query[0],
        truth,
        said,
        said[0],
        strangeness,
        accepted,
        promised,
    )


def test_every_set_counts_alike_however_often_it_was_asked():
    outcomes = [answer("a1", "a1", "a1", draw=i) for i in range(9)]
    outcomes += [answer("b1", "b1", "a1"), answer("c1", "c1", "c2")]
    found = rate_of(outcomes)
    assert (found.value, found.sets, found.queries) == (pytest.approx(1 / 3), 3, 11)
    assert found.architecture == pytest.approx(2 / 3)
    assert found.accepted is None
    some = [*outcomes[:9], answer("b1", "b1", "a1", accepted=True), answer("c1", "c1", "c2", accepted=False)]
    assert rate_of(some).accepted == 0.5
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_covers_the_true_rate_of_sets_drawn_anew():
    """Simulated: 12 sets with rates of their own, 20 queries each; the mean rate is known."""
    rng, hits = np.random.default_rng(0), 0
    for _ in range(200):
        rates = rng.beta(2, 2, 12)
        values = {f"s{i}": rng.binomial(1, rate, 20).astype(float) for i, rate in enumerate(rates)}
        low, high = interval(values, 0)
        hits += low <= 0.5 <= high
    assert 0.86 <= hits / 200 <= 0.985


def test_a_difference_compares_answers_to_the_same_queries_alone():
    mine = [answer("a1", "a1", "a1", draw=i) for i in range(4)]
    mine += [answer("b1", "b1", "a1", draw=i) for i in range(4)]
    theirs = [answer("a1", "a1", "b1" if i < 2 else "a1", draw=i, method="o") for i in range(4)]
    theirs += [answer("b1", "b1", "b1" if i == 0 else "a1", draw=i, method="o") for i in range(4)]
    theirs += [answer("z1", "z1", "z1", method="o")]
    found = difference_of(mine, theirs)
    assert (found.method, found.other, found.value) == ("m", "o", pytest.approx((0.5 - 0.25) / 2))
    assert found.low <= found.low_here <= found.value <= found.high_here <= found.high
    same = difference_of(mine, mine)
    assert (same.value, same.low, same.high, same.low_here, same.high_here) == (0, 0, 0, 0, 0)


def test_confusions_are_shares_of_each_row():
    outcomes = [
        answer("a1", "a", "a"),
        answer("a1", "a", "b"),
        answer("a2", "a", "b"),
        answer("b1", "b", "b"),
    ]
    found = confusion_of(outcomes)
    assert (found.truth, found.answers) == (("a", "b"), ("a", "b"))
    np.testing.assert_allclose(found.shares, [[1 / 3, 2 / 3], [0, 1]])


def open_case(rng, *, sets=6, draws=15, apart=1.5):
    outcomes = []
    for i in range(sets):
        for draw in range(draws + i):
            outcomes.append(answer(f"{chr(97 + i)}1", chr(97 + i), "x", draw=draw, strangeness=rng.normal()))
            outcomes.append(answer(f"{chr(97 + i)}2", None, "x", draw=draw, strangeness=rng.normal() + apart))
    return outcomes


def test_the_area_is_scikit_learn_s_with_every_set_counting_alike():
    outcomes = open_case(np.random.default_rng(0))
    known = [each.truth is not None for each in outcomes]
    counts = Counter(each.query for each in outcomes)
    weights = [1 / counts[each.query] for each in outcomes]
    expected = roc_auc_score(known, [-each.strangeness for each in outcomes], sample_weight=weights)
    found = open_set_rate(outcomes)
    assert found.auroc == pytest.approx(expected)
    assert found.auroc_low < found.auroc < found.auroc_high
    assert (found.known, found.unknown) == (6, 6)
    assert found.accepted_known is found.accepted_unknown is found.promised is None


def test_true_accepts_are_read_where_five_in_a_hundred_unknown_ones_are_accepted():
    known = [answer("a1", "a", "a", draw=i, strangeness=i) for i in range(10)]
    unknown = [answer("b1", None, "a", draw=i, strangeness=3.5 + 100 * (i > 0)) for i in range(40)]
    assert open_set_rate(known + unknown).true_accepts == 1.0  # 1 of 40 is 2.5 %
    unknown = [answer("b1", None, "a", draw=i, strangeness=3.5 + 100 * (i > 5)) for i in range(40)]
    assert open_set_rate(known + unknown).true_accepts == pytest.approx(0.4)


def test_ties_and_infinite_distances_count_half():
    known = [answer("a1", "a", "a", strangeness=np.inf)]
    unknown = [answer("b1", None, "a", strangeness=np.inf)]
    assert open_set_rate(known + unknown).auroc == 0.5


def test_shares_accepted_are_means_over_sets():
    outcomes = [answer("a1", "a", "a", draw=i, accepted=True, promised=0.2) for i in range(3)]
    outcomes += [answer("a2", "a", "a", accepted=False, promised=0.2)]
    outcomes += [answer("b1", None, "a", strangeness=1, accepted=True, promised=0.4)]
    found = open_set_rate(outcomes)
    assert (found.accepted_known, found.accepted_unknown) == (0.5, 1.0)
    assert found.promised == pytest.approx((4 * 0.2 + 0.4) / 5)


def test_without_known_or_unknown_sets_there_is_no_area():
    assert open_set_rate([answer("a1", "a", "a")]) is None
    assert open_set_rate([answer("a1", None, "a")]) is None


def test_an_array_per_set_keeps_the_order():
    outcomes = [answer("a1", "a", "a"), answer("b1", "b", "a"), answer("a1", "a", "a", draw=1)]
    found = by_set(outcomes, [1.0, 2.0, 3.0])
    assert {name: held.tolist() for name, held in found.items()} == {"a1": [1.0, 3.0], "b1": [2.0]}


def test_the_table_has_a_column_per_field():
    table = as_table([answer("a1", "a", "a"), answer("b1", None, "a")])
    assert table.column("right").to_pylist() == [True, False]
    assert table.column("query").to_pylist() == ["a1", "b1"]


def test_an_evaluation_survives_json():
    rate = Rate("new-pictures", "m", 25, 0.5, 0.4, 0.6, 0.5, None, 2, 10)
    confusion = Confusion("new-pictures", "m", 25, ("a",), ("a", "b"), ((0.5, 0.5),))
    opened = OpenSetRate("m", 25, 0.9, 0.8, 1.0, 0.7, 0.05, None, None, None, 3, 4)
    held = Evaluation(
        "r", "e", (1, 2), "m", ("m",), (25,), ("new-pictures",), 3, 20, 0, (), (rate,), (), (opened,),
        (confusion,), (), ((0.0, None), (None, 0.0)), warnings=("note",),
    )  # fmt: skip
    assert Evaluation.from_dict(json.loads(json.dumps(held.to_dict()))) == held
    assert held.rate("new-pictures", "m", 25) == rate
    assert held.rate("new-run", "m", 25) is None
    with pytest.raises(StorageError, match="schema"):
        Evaluation.from_dict([])
    with pytest.raises(StorageError, match="incomplete"):
        Evaluation.from_dict({"schema": held.to_dict()["schema"]})
