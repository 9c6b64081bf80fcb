"""The numbers behind the studies' claims, on curves whose answers are known."""

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whorl import WhorlError
from whorl.evaluation.outcomes import Outcome
from whorl.lab.studies.checkpoints import epochs_to_keep
from whorl.lab.studies.closeness import closeness, similarities
from whorl.lab.studies.every import every_above
from whorl.lab.studies.figure_5 import UNALTERED, claims_of
from whorl.lab.studies.gains import gain_of
from whorl.lab.studies.published import published_curves, published_models
from whorl.lab.studies.result import Claim, by_interval
from whorl.lab.studies.set_curves import SetCurve, redrawn
from whorl.lab.studies.sizes import study_size
from whorl.lab.studies.table_1 import PUBLISHED
from whorl.lab.studies.trends import distance, noise, peak, rise, steps, unevenness

LAYERS = tuple(range(1, 13))
THEIRS = {"biggan-deep": published_curves("figure-2")["vit-base"], **published_curves("figure-5")}


def curve(values, *, drawn_by=0, spread=0.3, name="a"):
    """A curve whose redrawings scatter about it; equal `drawn_by` scatter alike."""
    rng = np.random.default_rng(drawn_by)
    values = np.asarray(values, float)
    return SetCurve(
        name, "1", LAYERS[: len(values)], values, values + rng.normal(0, spread, (400, len(values)))
    )


def claims(*, beside_a_model=False, **shifts):
    """Claims of figure 5 about alterations that shift an unaltered curve so."""
    base = np.linspace(0, 1, 12)
    curves = {UNALTERED: curve(base, drawn_by=0)}
    curves |= {
        name.replace("_", "-"): curve(base + shift, drawn_by=place)
        for place, (name, shift) in enumerate(shifts.items(), start=1)
    }
    model = curve(base + 1, drawn_by=99, name="biggan-deep")
    found = list(claims_of(curves, model, THEIRS, "made-up pictures", "no encoder"))
    return [
        claim
        for claim in found
        if ("beside biggan-deep" in claim.about) is beside_a_model or "peak" in claim.says
    ]


def test_an_alteration_that_changes_nothing_decides_nothing_about_shifts():
    found = claims(rotation=0, resolution=0, background_noise=0, patch_shuffle=0)
    about_shifts = [claim for claim in found if "peak" not in claim.says]
    assert len(about_shifts) == 6
    assert {claim.outcome for claim in about_shifts} == {"not decided"}


def test_where_an_alteration_shifts_is_told():
    ahead, behind = np.r_[np.full(4, 5.0), np.zeros(8)], np.r_[np.zeros(8), np.full(4, 5.0)]
    found = claims(rotation=ahead, resolution=behind, patch_shuffle=behind)
    tilts = {claim.about.split(" ")[0]: claim for claim in found if "shift early" in claim.says}
    assert (tilts["rotation"].outcome, tilts["resolution"].outcome) == ("agrees", "disagrees")
    assert tilts["rotation"].value == pytest.approx(5, abs=0.2)
    front = next(claim for claim in found if "patch shuffle" in claim.says)
    assert front.outcome == "agrees"
    assert next(c for c in claims(patch_shuffle=ahead) if "shuffle" in c.says).outcome == "disagrees"


def test_published_numbers_stand_beside_what_they_are_of():
    """The paper's shifts are from its BigGAN-deep; those from unaltered pictures have no published fellow."""
    ahead = np.r_[np.full(4, 5.0), np.zeros(8)]
    own = [claim for claim in claims(rotation=ahead) if "peak" not in claim.says]
    theirs = [claim for claim in claims(beside_a_model=True, rotation=ahead) if "peak" not in claim.says]
    assert {claim.published for claim in own} == {None}
    assert [round(claim.published, 1) for claim in theirs] == [13.2, 12.6]
    assert own[0].outcome == theirs[0].outcome == "agrees"
    # The model lies 1 above the unaltered pictures, and so is less far below the shifted ones.
    assert (own[0].value, theirs[0].value) == (pytest.approx(5, abs=0.2), pytest.approx(4, abs=0.2))


def test_a_curve_that_climbs_and_falls_does_not_increase_consistently():
    up, hill = np.arange(12.0), np.r_[np.arange(8.0), 6, 5, 4, 4]
    assert steps(up).tolist() == [4, 4]
    assert rise(hill) > 0 > steps(hill).min()
    noisy = np.random.default_rng(0).normal(0, 0.3, (400, 12))
    for values, outcome in ((up, "agrees"), (hill, "disagrees"), (np.zeros(12), "not decided")):
        assert every_above(steps(values), steps(values + noisy).T).outcome == outcome
    assert np.isnan(steps(np.array([1.0, 2.0])).min())


def test_one_falling_checkpoint_is_not_hidden_by_the_others():
    draws = np.random.default_rng(0).normal(0, 0.2, (5, 1000))
    rises = np.array([3.0, 3.0, -1.0, 3.0, 3.0])
    found = every_above(rises, rises[:, None] + draws)
    assert (found.value, found.outcome) == (-1, "disagrees")
    # Just below on its own, but one of five would be that by chance.
    near = np.array([3.0, 3.0, -0.44, 3.0, 3.0])
    assert every_above(near, near[:, None] + draws).outcome == "not decided"
    assert every_above(np.full(5, 1.0), 1 + draws).outcome == "agrees"
    lost = every_above(np.array([1.0, np.nan]), np.array([[0.9, 1.1], [np.nan, np.nan]]))
    assert math.isnan(lost.value)
    assert lost.outcome == "not decided"


def test_a_drop_counts_beside_the_same_pictures_unaltered():
    drop = np.r_[np.zeros(11), -3.0]
    falls, rises = claims(background_noise=drop, background_landscape=-drop)
    assert (falls.outcome, rises.outcome) == ("agrees", "disagrees")
    assert falls.value == pytest.approx(-3)


def test_the_peak_is_early_or_late():
    early, late = 9 * (np.arange(12) == 2), 9 * (np.arange(12) == 10)
    found = [claim for claim in claims(rotation=early, resolution=late) if "peak" in claim.says]
    assert [claim.outcome for claim in found] == ["agrees", "disagrees"]
    assert [claim.value for claim in found] == [3 / 12, 11 / 12]
    assert math.isnan(peak(np.array([1.0, np.nan, 2.0])))


def test_what_the_published_curves_say_of_the_papers_own_claims():
    found = {
        claim.about.split(" ")[0] + ": " + claim.says: claim for claim in claims(rotation=0, resolution=0)
    }
    peaks = {name: claim for name, claim in found.items() if "peak" in name}
    assert [claim.published_meets for claim in peaks.values()] == [True, False]
    assert next(c.published for n, c in peaks.items() if n.startswith("resolution")) > 0.5


def test_a_claim_without_a_number_is_not_decided_and_can_be_written():
    shift = np.r_[np.zeros(11), np.nan]
    for claim in claims(background_noise=shift, patch_shuffle=shift, rotation=shift):
        assert claim.outcome == "not decided" or not math.isnan(claim.value)
        json.dumps(claim.to_dict(), allow_nan=False)
    assert by_interval(math.nan, math.nan) == by_interval(1.0, 1.0) == "not decided"


def test_noise_is_taken_off_spreads_and_distances():
    rng = np.random.default_rng(0)
    flat = rng.normal(0, 0.5, (2_000, 12))
    added = np.full(12, 0.25)
    assert np.sqrt((unevenness(flat, added) ** 2).mean()) < 0.25 < flat.std(axis=1).mean()
    wave = np.tile([2.0, -2.0], 6)
    assert np.median(unevenness(wave + flat, added)) == pytest.approx(wave.std(ddof=1), rel=0.02)
    front, back = distance(flat + np.r_[np.full(6, 3.0), np.zeros(6)], added)
    assert np.median(front) == pytest.approx(3, rel=0.02)
    assert np.median(back) < 0.3
    assert noise(flat) == pytest.approx(0.25, rel=0.1)


def test_rise_is_nan_where_a_layer_has_no_number():
    assert math.isnan(rise(np.r_[np.nan, np.arange(11.0)]))
    assert rise(np.arange(12.0)) == 8


def groups_of(*sizes):
    return [chr(97 + place) for place, size in enumerate(sizes) for _ in range(size)]


def block_matrix(groups, within, across):
    names = np.array(groups)
    return np.where(names[:, None] == names[None, :], within, across) + np.eye(len(groups)) * (1 - within)


def test_groups_that_hold_together_agree_and_groups_that_repel_disagree():
    groups = groups_of(3, 3, 3)
    near, far = (closeness(block_matrix(groups, *pair), groups) for pair in ((0.9, 0.1), (0.1, 0.9)))
    assert (near.difference, near.nearest) == (pytest.approx(0.8), 1)
    assert near.p_value == near.least_p == pytest.approx(6 / 1680)
    assert near.p_against == 1
    assert (far.p_value, far.p_against) == (1, pytest.approx(6 / 1680))
    assert far.nearest == 0


def test_every_dealing_is_tried_where_there_are_few():
    groups = groups_of(2, 2)
    found = closeness(block_matrix(groups, 0.9, 0.1), groups)
    assert found.p_value == pytest.approx(1 / 3)  # three ways to pair four
    assert found.least_p == pytest.approx(1 / 3)


def test_two_groups_of_two_never_decide():
    rng = np.random.default_rng(0)
    for _ in range(40):
        made = rng.uniform(size=(4, 4))
        found = closeness(made + made.T, groups_of(2, 2))
        assert min(found.p_value, found.p_against) > 0.05


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_p_is_valid_under_random_likeness(seed):
    rng = np.random.default_rng(seed)
    made = rng.normal(size=(6, 6))
    found = closeness(made + made.T, groups_of(3, 3))
    assert found.least_p == pytest.approx(2 / 20)
    assert found.least_p - 1e-12 <= min(found.p_value, found.p_against)
    # Every dealing is as extreme as the one seen on at least one side.
    assert found.p_value + found.p_against >= 1


def test_random_dealings_hold_the_level():
    rng = np.random.default_rng(1)
    made = [rng.normal(size=(9, 9)) for _ in range(60)]
    ps = [closeness(each + each.T, groups_of(3, 3, 3)).p_value for each in made]
    assert 0.3 < np.mean(ps) < 0.7
    assert np.mean(np.array(ps) <= 0.05) < 0.2


@pytest.mark.parametrize("groups", [["a", "b", "c"], ["a", "a"], []])
def test_nothing_to_compare_is_refused(groups):
    with pytest.raises(WhorlError, match="two architectures"):
        closeness(np.eye(len(groups)), groups)


def test_layers_without_a_number_are_left_out_of_all_pairs():
    curves = [curve([0, 1, 2, np.nan]), curve([0, 1, 5, 4]), curve([0, 1, 2, 7])]
    found = similarities(curves, "l2")
    assert found[0, 2] == 1
    assert found[1, 2] == pytest.approx(1 / 4)
    with pytest.raises(WhorlError, match="no layer"):
        similarities([curve([0, np.nan]), curve([0, 1])], "l2")


def outcome(architecture, right, *, draw=0, query=None):
    query = query or f"{architecture}/1"
    answer = architecture if right else "another"
    return Outcome(
        "new-run", 0, "m", 500, draw, query, architecture, architecture, answer, answer, 0.0, None, None
    )


def test_gains_are_tested_by_architecture():
    names = [f"a{i}" for i in range(6)]
    better = gain_of([outcome(n, True) for n in names], [outcome(n, False) for n in names])
    assert (better.value, better.p_above, better.p_below) == (1, 1 / 64, 1)
    worse = gain_of([outcome(n, False) for n in names], [outcome(n, True) for n in names])
    assert (worse.value, worse.p_above, worse.p_below) == (-1, 1, 1 / 64)
    equal = gain_of([outcome(n, True) for n in names], [outcome(n, True) for n in names])
    assert (equal.value, equal.low, equal.high, equal.p_above) == (0, 0, 0, 1)
    as_well = gain_of([outcome(n, True) for n in names], [outcome(n, True) for n in names], margin=0.1)
    assert as_well.p_above == 1 / 64


def test_runs_of_one_architecture_are_no_further_evidence():
    mine = [outcome("a", True, query=f"a/{run}") for run in range(50)] + [outcome("b", True)]
    others = [outcome("a", False, query=f"a/{run}") for run in range(50)] + [outcome("b", False)]
    assert gain_of(mine, others).p_above == 1 / 4


def test_checkpoints_lie_about_the_steps_that_a_size_names():
    assert epochs_to_keep(study_size("small"), 8_068, 16) == (5, 6, 7, 8, 9)
    assert epochs_to_keep(study_size("small"), 50_000, 16) == (1, 2, 3, 4, 5)
    assert epochs_to_keep(study_size("paper"), 50_000, 16)[-1] == 270


def test_one_name_is_redrawn_alike_and_two_are_not():
    same = [redrawn(30, 5, seed=0, whose=name).tolist() for name in ("a", "a", "b")]
    assert same[0] == same[1] != same[2]


def test_published_numbers_are_the_authors(shared_data):
    told = json.loads((shared_data / "published-curves.json").read_text())
    for encoder, values in told["figure1_ddpm"].items():
        assert published_curves("figure-1")[encoder] == pytest.approx(values, abs=1e-6)
    for encoder, values in told["figure2_biggan_deep"].items():
        assert published_curves("figure-2")[encoder] == pytest.approx(values, abs=1e-6)
    names = {
        "rotation": "rotated",
        "resolution": "downsampled",
        "background-noise": "segmented_noisy",
        "background-landscape": "segmented_realworld",
        "patch-shuffle": "shuffled",
    }
    for ours, theirs in names.items():
        assert published_curves("figure-5")[ours] == pytest.approx(told["figure5"][theirs], abs=1e-6)
    full = sorted(tuple(row["curve"]) for row in told["table1"]["full"])
    assert sorted(values for _, values in published_models()) == full


def test_table_1_as_printed(shared_data):
    text = (shared_data.parent / "papers" / "embedding-space-selection-full-text.md").read_text()
    rows = re.findall(r"^\|.*(?:Method|Model)\b.*\d\.\d{3}.*\|", text, re.MULTILINE)
    printed = [re.sub("</?b>", "", row).split("|")[1:6] for row in rows]
    assert [(float(row[1]), float(row[3])) for row in printed] == [
        (row["small"], row["full"]) for row in PUBLISHED.values()
    ]


def test_a_claim_is_written_with_all_it_has():
    made = Claim(says="s", where="w", about="a", measure="m", value=math.nan, outcome="not decided")
    assert made.to_dict()["value"] is None
