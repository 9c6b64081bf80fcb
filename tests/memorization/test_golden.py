"""C_T against values computed by the original code (casey-meehan/data-copying at a0ba2db5)."""

import json

import numpy as np
import pytest

from whorl.memorization.c_t import c_t
from whorl.memorization.mann_whitney import z_u

# The original code's Z_U on distances small enough to check by hand: ties, one point a side, uneven sides.
BY_HAND = {
    "all_generated_closer": ([1.0, 2.0], [3.0, 4.0], -1.161895003862225),
    "all_generated_farther": ([3.0, 4.0], [1.0, 2.0], 1.9364916731037085),
    "interleaved": ([1.0, 3.0], [2.0, 4.0], -0.3872983346207417),
    "all_tied": ([1.0, 1.0], [1.0, 1.0], 0.3872983346207417),
    "one_tie": ([1.0, 2.0, 3.0], [2.0, 4.0], -0.5773502691896258),
    "one_a_side_closer": ([1.0], [2.0], 0.0),
    "one_a_side_tied": ([1.0], [1.0], 1.0),
    "uneven": ([0.5, 2.5, 4.5], [1.5, 3.5], 0.2886751345948129),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_z_u_equals_the_original(case):
    generated, test, expected = BY_HAND[case]
    assert z_u(generated, test) == pytest.approx(expected, abs=1e-12)


def _cases(shared_data):
    golden = json.loads((shared_data / "ct-golden.json").read_text())
    with np.load(shared_data / "ct-golden-inputs.npz", allow_pickle=False) as arrays:
        return golden, {name: arrays[name] for name in arrays.files}


def _cells(points, d, partition, arrays):
    if partition == "one_cell":
        return np.zeros(len(points), dtype=int)
    centres = arrays[f"d{d}_centres" if partition == "mixture5" else f"d{d}_voronoi10"]
    return ((points[:, None] - centres[None]) ** 2).sum(-1).argmin(1)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("C_T", {}),
        ("C_T_abs_cosine", {"metric": "abs-cosine"}),
        ("C_T_distance_to_all_of_T", {"scope": "all"}),
    ],
)
def test_all_golden_cases(shared_data, field, options):
    golden, arrays = _cases(shared_data)
    assert len(golden["cases"]) == 54
    for case in golden["cases"]:
        d, partition, kind = case["d"], case["partition"], case["gen"]
        train, test = arrays[f"d{d}_train"], arrays[f"d{d}_test"]
        generated = test if kind == "test_copy" else arrays[f"d{d}_gen_{kind}"]
        labels = {
            "train_cells": _cells(train, d, partition, arrays),
            "test_cells": _cells(test, d, partition, arrays),
            "generated_cells": _cells(generated, d, partition, arrays),
        }
        score = c_t(train, test, generated, **labels, **options)
        assert score.value == pytest.approx(case[field], abs=1e-9), (d, partition, kind)
        if field == "C_T":
            assert score.tau == pytest.approx(case["tau"], abs=1e-15)
            assert [cell.n_train for cell in score.cells] == case["counts"]["train"]
            assert [cell.n_test for cell in score.cells] == case["counts"]["test"]
            assert [cell.n_generated for cell in score.cells] == case["counts"]["gen"]
            for cell, z in zip(score.cells, case["Zu_cells"], strict=True):
                if cell.z is not None:
                    assert cell.z == pytest.approx(z, abs=1e-9)


@pytest.mark.shared
def test_golden_tie_cases(shared_data):
    golden, _ = _cases(shared_data)
    for case in golden["tiny"]:
        assert z_u(case["d_gen"], case["d_test"]) == pytest.approx(case["Zu_original"], abs=1e-9), case[
            "case"
        ]
