"""What agreement of two kinds of evidence is worth: counted by hand, and intervals that cover."""

import numpy as np
import pytest

from whorl.evaluation.agreement import agreement_of, agreements
from whorl.evaluation.outcomes import Outcome


def answer(query, said, *, draw=0, method="m", truth="", task="new-pictures", accepted=None, size=25):
    truth = query if truth == "" else truth
    return Outcome(task, 0, method, size, draw, query, query, truth, said, said, 0.0, accepted, None)


def answers(method, said, **more):
    """Outcomes of a method from {set: answers to its draws, a letter each}."""
    return [
        answer(query, letter, draw=draw, method=method, **more)
        for query, letters in said.items()
        for draw, letter in enumerate(letters)
    ]


def test_a_hand_counted_case():
    """Of a, they agree on 3 of 4 and 2 of these are right; of b, on 1 of 2, rightly."""
    mine = answers("m", {"a": "aabb", "b": "ba"})
    theirs = answers("o", {"a": "aaba", "b": "bb"})
    found = agreement_of(mine, theirs)
    assert (found.method, found.other, found.sets, found.queries) == ("m", "o", 2, 6)
    assert found.value == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert found.right == pytest.approx((2 / 4 + 1 / 2) / (3 / 4 + 1 / 2))
    assert found.method_alone == pytest.approx((2 / 4 + 1 / 2) / 2)
    assert found.other_alone == pytest.approx((3 / 4 + 1) / 2)
    assert found.method_apart == 0
    assert found.other_apart == 1
    assert 0 <= found.low <= found.right <= found.high <= 1


def test_rates_are_made_of_those_where_they_agree_and_where_they_differ():
    rng = np.random.default_rng(0)
    draws = {name: 5 + place for place, name in enumerate("abcd")}
    mine, theirs = (
        answers(method, {name: rng.choice(list("abcd"), count) for name, count in draws.items()})
        for method in "mo"
    )
    found = agreement_of(mine, theirs)
    for alone, apart in (
        (found.method_alone, found.method_apart), (found.other_alone, found.other_apart),
    ):  # fmt: skip
        assert alone == pytest.approx(found.value * found.right + (1 - found.value) * apart)


def test_only_common_queries_count():
    mine = answers("m", {"a": "aab", "b": "b"})
    theirs = answers("o", {"a": "a", "c": "c"})
    assert agreement_of(mine, theirs).queries == 1
    assert agreement_of(mine, answers("o", {"c": "c"})) is None


def test_what_never_happens_has_no_rate():
    never = agreement_of(answers("m", {"a": "aa"}), answers("o", {"a": "bb"}))
    assert (never.value, never.right, never.low, never.high) == (0, None, None, None)
    always = agreement_of(answers("m", {"a": "aa"}), answers("o", {"a": "aa"}))
    assert (always.value, always.right, always.method_apart, always.other_apart) == (1, 1, None, None)
    # All right of one set: Clopper and Pearson's interval of 1 in 1.
    assert (always.low, always.high) == (pytest.approx(0.025), 1)


def test_an_answer_of_nothing_agrees_with_nothing():
    found = agreement_of(answers("m", {"a": [""]}), answers("o", {"a": "a"}))
    assert (found.value, found.method_alone) == (0, 0)


def test_a_refusal_is_an_answer_where_models_may_be_unknown():
    task = "unknown-architecture"

    def both(truth, accepted, *, task=task):
        mine = [answer("a", "b", truth=truth, task=task, accepted=accepted)]
        theirs = [answer("a", "c", method="o", truth=truth, task=task, accepted=accepted)]
        return agreement_of(mine, theirs)

    refused = both(None, False)
    assert (refused.value, refused.right) == (1, 1)
    assert (both("a", False).value, both("a", False).right) == (1, 0)
    assert both(None, None).value == 0
    # Elsewhere the class counts, whatever the method's own threshold says.
    assert both("a", False, task="new-pictures").value == 0


def test_every_pair_of_both_kinds_is_tried_at_every_common_size():
    outcomes = [
        each
        for method, sizes in (("m", (10, 20)), ("n", (10,)), ("o", (1, 10, 20)), ("cnn", (10,)))
        for size in sizes
        for each in answers(method, {"a": "ab"}, size=size)
    ]
    found = agreements(outcomes, comparing=("m", "n"), attributing=("o",))
    assert [(each.method, each.other, each.size) for each in found] == [
        ("m", "o", 10), ("m", "o", 20), ("n", "o", 10),
    ]  # fmt: skip
    assert agreements(outcomes, comparing=("m",), attributing=()) == ()


def test_the_interval_covers_the_true_rate_of_sets_drawn_anew():
    """Simulated: 12 sets; half the answers agree, and are right at a rate of the set's own, 0.7 in the mean."""
    rng, hits = np.random.default_rng(0), 0
    for seed in range(150):
        mine, theirs = [], []
        for name, rate in ((f"s{i}", rate) for i, rate in enumerate(rng.beta(3.5, 1.5, 12))):
            for draw in range(20):
                same, right = rng.random() < 0.5, rng.random() < rate
                said = name if right else "other"
                mine.append(answer(name, said, draw=draw))
                theirs.append(answer(name, said if same else "else", draw=draw, method="o"))
        found = agreement_of(mine, theirs, seed=seed)
        hits += found.low <= 0.7 <= found.high
    assert 0.86 <= hits / 150 <= 0.99
