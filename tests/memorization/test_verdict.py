"""Which layers are early and late, and what decides."""

from types import SimpleNamespace

import numpy as np
import pytest

from whorl import Reference
from whorl.memorization.verdict import judge, judge_each


class Score:
    """What the verdict reads of a score."""

    def __init__(self, standardised, p_value=0.5):
        self.standardised, self.p_value, self.p_value_under_fit = standardised, p_value, 1 - p_value


def judged(layers, of_layers=()):
    return judge(layers, [Score(0.0)] * len(layers), of_layers=of_layers)


ALL = tuple(range(1, 13))


@pytest.mark.parametrize(
    ("chosen", "early", "late"),
    [
        (ALL, (1, 2, 3, 4), (9, 10, 11, 12)),
        ((1, 4, 5, 8, 9), (1, 4), (9,)),
        ((2, 12), (2,), (12,)),
    ],
)
def test_early_and_late_go_by_the_place_among_all_layers(chosen, early, late):
    verdict = judged(chosen, ALL)
    assert (verdict.early.layers, verdict.late.layers) == (early, late)
    assert verdict.split
    assert verdict.whole.layers == chosen


@pytest.mark.parametrize("chosen", [(1, 2, 3), (5, 8), (9, 12), (1, 6), (6, 12), (7,)])
def test_layers_without_an_early_or_a_late_one_are_not_split(chosen):
    verdict = judged(chosen, ALL)
    assert not verdict.split
    assert verdict.early == verdict.late == verdict.whole


def test_without_a_choice_the_layers_are_all_there_are():
    verdict = judged(("stem", "middle", "head"))
    assert (verdict.early.layers, verdict.late.layers) == (("stem",), ("head",))
    assert not judged((1,)).split


def evidence(*layers):
    """What the verdict reads of the evidence; the standardised value there is another number."""
    made = [
        SimpleNamespace(
            layer=number,
            standardised=99.0,
            p_copies=p_copies,
            p_tail=p_tail,
            adjusted_copies=copies,
            adjusted_under_fits=under,
            by="lower tail" if p_tail < p_copies else "mean rank",
        )
        for number, (p_copies, p_tail, copies, under) in enumerate(layers, start=1)
    ]
    return SimpleNamespace(layers=made)


def test_the_standardised_value_is_the_score_s_and_the_p_value_that_of_the_deciding_side():
    held = evidence((0.4, 0.3, 0.2, 0.9), (0.01, 0.3, 0.04, 1.0), (0.9, 0.6, 1.0, 0.03))
    scores = [Score(0.5), Score(-2.9), Score(3.1)]
    each = judge_each((1, 2, 3), scores, held)
    assert [layer.finding for layer in each] == ["healthy", "copies", "under-fits"]
    assert [layer.p_value for layer in each] == [0.2, 0.04, 0.03]
    assert [layer.by for layer in each] == ["lower tail", "mean rank", "mean rank"]
    assert [layer.standardised for layer in each] == [0.5, -2.9, 3.1]
    whole = judge((1, 2, 3), scores, held).whole
    assert (whole.finding, whole.strongest, whole.standardised, whole.p_value) == ("copies", 2, -2.9, 0.04)


def test_a_chosen_curve_is_judged_by_the_reference_s_layers():
    rng = np.random.default_rng(0)
    T, P, Q = ({layer: rng.normal(size=(n, 4)) for layer in range(1, 7)} for n in (300, 150, 60))
    reference = Reference.from_embeddings(T, P, cells=2)
    early = reference.curve_from_embeddings(Q, layers=[1, 2])
    assert early.of_layers == reference.layers
    assert not early.verdict.split
    assert reference.curve_from_embeddings(Q, layers=[1, 2, 6]).verdict.early.layers == (1, 2)
    assert reference.curve_from_embeddings(Q, layers=list(range(1, 7))).of_layers == ()
