"""Half copies, half too far away: in the mean rank the two cancel, in the lower tail they do not."""

import json

import numpy as np
import pytest

from whorl import Reference


def _verdict(train, test, generated, **settings):
    reference = Reference.from_embeddings({1: train}, {1: test}, **settings)
    return reference.curve_from_embeddings({1: generated})


@pytest.mark.parametrize("cells", [1, 10])
def test_copies_beside_over_dispersed_points_are_found(cells):
    rng = np.random.default_rng(0)
    train, test = (rng.normal(size=(n, 16)) for n in (2000, 500))
    generated = np.concatenate([train[:250], 3 * rng.normal(size=(250, 16))])
    curve = _verdict(train, test, generated, cells=cells)
    assert abs(curve.standardised[0]) < 2.5
    assert curve.verdict.whole.finding == "copies"
    assert curve.verdict.whole.by == "lower tail"
    assert 240 <= curve.evidence.flagged[:250].sum() <= 250
    assert curve.evidence.flagged[250:].sum() <= 30


@pytest.mark.shared
def test_the_golden_case_where_the_original_scores_nothing(shared_data):
    """`copy_plus_over` in 16 dimensions, one cell: C_T of the original code is -0.28."""
    cases = json.loads((shared_data / "ct-golden.json").read_text())["cases"]
    (case,) = [
        each
        for each in cases
        if (each["d"], each["gen"], each["partition"]) == (16, "copy_plus_over", "one_cell")
    ]
    assert abs(case["C_T"]) < 0.5
    with np.load(shared_data / "ct-golden-inputs.npz", allow_pickle=False) as arrays:
        sides = [arrays[f"d16_{name}"] for name in ("train", "test", "gen_copy_plus_over")]
    curve = _verdict(*sides, cells=1)
    assert curve.values[0] == pytest.approx(case["C_T"], abs=0.02)
    assert curve.verdict.whole.finding == "copies"
    assert curve.verdict.whole.by == "lower tail"
