"""The published matching rules: the C_T rows of the paper's Table 1, exactly."""

import json
from pathlib import Path

import numpy as np
import pytest

from whorl import ScoreError
from whorl.fingerprints.similarity import RULES, similarity

PUBLISHED = Path(__file__).parents[3] / "shared/data/published-curves.json"


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published curves are not beside this checkout")
@pytest.mark.parametrize(
    ("size", "expected"), [("small", (0.667, 0.667, 0.833)), ("full", (1.0, 0.833, 1.0))]
)
def test_table_1_of_the_paper(size, expected):
    curves = json.loads(PUBLISHED.read_text())["table1"][size]
    known = [curve for curve in curves if curve["split"] == "known"]
    targets = [curve for curve in curves if curve["split"] == "target"]
    assert len(targets) == 6
    for rule, accuracy in zip(RULES, expected, strict=True):
        named = [
            max(known, key=lambda each: similarity(each["curve"][1:], target["curve"][1:], rule=rule))
            for target in targets
        ]
        right = [a["architecture"] == b["architecture"] for a, b in zip(named, targets, strict=True)]
        assert np.mean(right) == pytest.approx(accuracy, abs=5e-4)


def test_rules_are_what_their_formulas_say():
    a, b = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
    l2 = 1 / (1 + np.sqrt(0.25 + 1 + 2.25))
    cosine = 3.5 / np.sqrt(5.25 * 5.25)
    assert similarity(a, b, rule="l2") == pytest.approx(l2)
    assert similarity(a, b, rule="cosine") == pytest.approx(cosine)
    assert similarity(a, b, alpha=0.25) == pytest.approx(0.25 * cosine + 0.75 * l2)
    assert similarity(b, a) == similarity(a, b)
    assert similarity([0.0], [1.0], rule="cosine") == 0


@pytest.mark.parametrize(
    ("a", "b", "told", "message"),
    [
        ([1.0], [1.0, 2.0], {}, "one length"),
        ([], [], {}, "at least one layer"),
        ([1.0, float("nan")], [1.0, 2.0], {}, "finite"),
        ([1.0], [1.0], {"rule": "l1"}, "l2, cosine, both"),
        ([1.0], [1.0], {"alpha": 2}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_compared_is_refused(a, b, told, message):
    with pytest.raises(ScoreError, match=message):
        similarity(a, b, **told)
