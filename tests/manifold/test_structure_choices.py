"""Design choices and clusters: what is planted is found, what is dealt is not; tables with holes are refused."""

import itertools
import json
from collections import Counter
from math import factorial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

from whorl.errors import ScoreError, StorageError
from whorl.lab.generators.architectures import architecture_named
from whorl.lab.zoo.order import ZOO_ORDER
from whorl.structure import ChoiceTraces, DesignChoices, choice_traces
from whorl.structure.agreement import agreement
from whorl.structure.dealings import dealings

LOSSES = {"a": "l1", "b": "l1", "c": "l1", "d": "l2", "e": "l2", "f": "l2", "g": "hinge", "h": "hinge"}
NORMS = {
    "a": "batch",
    "b": "group",
    "c": "batch",
    "d": "group",
    "e": "batch",
    "f": "group",
    "g": "batch",
    "h": "group",
}
TABLE = DesignChoices({m: {"loss": LOSSES[m], "norm": NORMS[m]} for m in LOSSES})


def made(seed=0, *, own=1.0, shared=6.0, pictures=30, width=5):
    """Artifacts of eight models: a shift of each model's own, a larger one for each loss."""
    rng = np.random.default_rng(seed)
    losses = {loss: shared * rng.normal(size=width) for loss in sorted(set(LOSSES.values()))}
    return {
        model: rng.normal(size=(pictures, width)) + own * rng.normal(size=width) + losses[loss]
        for model, loss in LOSSES.items()
    }


@pytest.mark.parametrize("how", [{}, {"components": 3}, {"components": 3, "whiten": True}])
def test_a_planted_choice_is_found_and_no_other(how):
    found = choice_traces(made(), TABLE, **how)
    loss, norm = found.of("loss"), found.of("norm")
    assert loss.nmi > 0.9
    assert loss.ami > 0.9
    assert loss.p == loss.least_p < 0.05
    assert loss.adjusted == pytest.approx(2 * loss.p)
    assert norm.p > 0.2
    assert loss.nmi > loss.null_nmi_high
    assert norm.nmi <= norm.null_nmi_high
    assert found.d == how.get("components", 5)


def test_ami_alone_would_call_a_choice_that_means_nothing_a_trace():
    """Models far apart, a choice without meaning: pictures of a model stay together; AMI calls it a trace."""
    sets = made(own=30.0, shared=0.0)
    found = choice_traces(sets, TABLE).of("loss")
    assert found.null_ami > 0.1
    assert found.ami > 0.1
    assert found.p > 0.05


def test_p_values_of_choices_dealt_to_models_are_about_uniform():
    """Over all dealings of one choice, the share with p <= level is at most the level, and near it."""
    sets = made(own=5.0, shared=0.0, pictures=10)
    models, values = list(sets), list(LOSSES.values())
    every = sorted(set(itertools.permutations(values)))
    rng = np.random.default_rng(0)
    p = []
    for row in rng.permutation(len(every))[:120]:
        table = DesignChoices({m: {"loss": v} for m, v in zip(models, every[int(row)], strict=True)})
        p.append(choice_traces(sets, table, starts=2).traces[0].p)
    for level in (0.1, 0.3, 0.6):
        assert np.mean(np.array(p) <= level) == pytest.approx(level, abs=0.15)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_nmi_and_ami_are_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    clusters = rng.integers(0, 3, size=(5, 12))
    counts = np.stack([np.bincount(row, minlength=3) for row in clusters])
    codes = np.array([[0, 0, 1, 1, 2], [0, 1, 2, 0, 1]])
    found = agreement(counts, codes)
    for i, row in enumerate(codes):
        labels = np.repeat(row, 12)
        assert found.nmi[i] == pytest.approx(normalized_mutual_info_score(labels, clusters.ravel()), abs=1e-9)
        assert found.ami[i] == pytest.approx(adjusted_mutual_info_score(labels, clusters.ravel()), abs=1e-9)


def test_independent_labels_lie_beside_their_null():
    """Clusters that know no model: NMI is above 0 all the same, and AMI about 0."""
    rng = np.random.default_rng(3)
    sets = {model: rng.normal(size=(40, 4)) for model in LOSSES}
    found = choice_traces(sets, TABLE)
    for trace in found.traces:
        assert 0 < trace.nmi < 0.05
        assert trace.ami == pytest.approx(0, abs=0.03)
        assert trace.null_nmi == pytest.approx(trace.nmi, abs=0.03)


@pytest.mark.parametrize("values", ["aaabbb", "abbccc", "aabbc", "abcdef", "ab"])
def test_all_dealings_are_different_and_the_least_p_can_be_reached(values):
    codes = np.array(["abcdef".index(v) for v in values])
    found = dealings(codes, most=9999, seed=0)
    ways = factorial(len(codes))
    for count in Counter(values).values():
        ways //= factorial(count)
    assert found.every
    assert len(found.codes) == len(np.unique(found.codes, axis=0)) == ways
    assert (found.codes[0] == codes).all()
    # The clusters that fit best: one for each value. Only renamings of the values do as well.
    counts = (codes[:, None] == np.arange(codes.max() + 1)).astype(np.int64)
    nmi = agreement(10 * counts, found.codes).nmi
    assert np.mean(nmi >= nmi[0] - 1e-9) == pytest.approx(found.least_p)


def test_many_dealings_are_drawn_and_fixed_by_the_seed():
    codes = np.array([0] * 8 + [1] * 8)
    first, again, other = (dealings(codes, most=500, seed=seed) for seed in (1, 1, 2))
    assert not first.every
    assert len(first.codes) == 501
    assert first.least_p == 1 / 501
    assert (first.codes == again.codes).all()
    assert (first.codes != other.codes).any()
    assert (np.sort(first.codes, axis=1) == np.sort(codes)).all()


def test_six_models_in_two_halves_can_never_be_significant():
    table = DesignChoices({m: {"kind": "gan" if m in "abc" else "diffusion"} for m in "abcdef"})
    rng = np.random.default_rng(0)
    sets = {m: rng.normal(50.0 * (m in "abc"), 1.0, size=(20, 3)) for m in "abcdef"}
    found = choice_traces(sets, table).traces[0]
    assert found.nmi == pytest.approx(1)
    assert found.p == found.least_p == pytest.approx(0.1)


def test_more_pictures_of_one_model_change_neither_weights_nor_result():
    sets = made()
    more = sets | {"a": np.concatenate([sets["a"]] * 5)}
    assert choice_traces(more, TABLE).pictures == 30
    assert choice_traces(more, TABLE).of("loss").p == choice_traces(sets, TABLE).of("loss").p


def test_the_order_of_models_decides_nothing():
    sets = made(own=2.0, shared=1.0)
    assert choice_traces(dict(reversed(sets.items())), TABLE) == choice_traces(sets, TABLE)


def test_it_is_written_and_read_again():
    found = choice_traces(made(), TABLE)
    assert ChoiceTraces.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    assert choice_traces(made(), TABLE) == found
    with pytest.raises(ScoreError, match="expected whorl-choice-traces/1"):
        ChoiceTraces.from_dict({"schema": "other"})
    with pytest.raises(ScoreError, match="damaged"):
        ChoiceTraces.from_dict(found.to_dict() | {"traces": [{"choice": "loss"}]})


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"a": {"loss": "l1"}}, "at least 2 models"),
        ({"a": {}, "b": {}}, "has no choice"),
        ({"a": {"loss": "l1"}, "b": {"norm": "batch"}}, "no value of norm for model 'a'"),
        ({"a": {"loss": "l1"}, "b": {"loss": "  "}}, "no value of loss for model 'b'"),
        ({"a": {"loss": "l1"}, "b": {"loss": "l1"}}, "same loss"),
    ],
)
def test_tables_with_holes_are_refused(values, told):
    with pytest.raises(ScoreError, match=told):
        DesignChoices(values)


def test_models_that_the_table_does_not_know_are_named():
    with pytest.raises(ScoreError, match="no row for 'z'"):
        choice_traces(made() | {"z": np.zeros((30, 5))}, TABLE)
    with pytest.raises(ScoreError, match="same loss"):
        TABLE.among(["a", "b", "c"])
    assert TABLE.without("norm").names == ("loss",)
    with pytest.raises(ScoreError, match="no choice 'size'"):
        TABLE.without("size")


def test_a_table_in_a_file(tmp_path):
    path = tmp_path / "choices.csv"
    path.write_text("\ufeffmodel, loss ,norm\na,l1,batch\n\nb,l2, group \n", encoding="utf-8")
    assert DesignChoices.from_csv(path).values == {
        "a": {"loss": "l1", "norm": "batch"},
        "b": {"loss": "l2", "norm": "group"},
    }
    for text, error, told in (
        ("", StorageError, "empty file"),
        ("name,loss\na,l1\n", StorageError, "first column"),
        ("model,loss,loss\na,l1,l1\n", StorageError, "name of its own"),
        ("model,loss\na\n", StorageError, "1 cells"),
        ("model,loss\na,l1\na,l2\n", ScoreError, "more than one row"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(error, match=told):
            DesignChoices.from_csv(path)
    with pytest.raises(StorageError, match="could not read"):
        DesignChoices.from_csv(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("sets", "how", "told"),
    [
        ({"a": np.full((9, 2), np.nan), "b": np.ones((9, 2))}, {}, "NaN"),
        ({"a": np.ones((9, 3)), "b": np.ones((9, 2))}, {}, "one D"),
        ({"a": np.ones((1, 2)), "b": np.ones((9, 2))}, {}, "'a' has 1 pictures"),
        ({"a": np.ones((9, 2)), "b": np.ones((9, 2))}, {}, "different artifacts"),
        ({"a": np.zeros((9, 2)), "b": np.ones((9, 2))}, {"components": 3}, "between 1 and 2"),
        ({"a": np.zeros((9, 2)), "b": np.ones((9, 2))}, {"whiten": True}, "give components"),
        ({"a": np.zeros((9, 2)), "b": np.ones((9, 2))}, {"starts": 0}, "starts"),
        ({"a": np.zeros((9, 2)), "b": np.ones((9, 2))}, {"most_dealings": 5}, "most_dealings"),
    ],
)
def test_bad_artifacts_are_refused(sets, how, told):
    table = DesignChoices({"a": {"loss": "l1"}, "b": {"loss": "l2"}})
    with pytest.raises(ScoreError, match=told):
        choice_traces(sets, table, **how)


def test_the_table_in_the_docs_says_what_the_zoo_is_made_of(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "manifold.md").read_text(encoding="utf-8")
    (tmp_path / "choices.csv").write_text(page.split("```csv\n")[1].split("```")[0], encoding="utf-8")
    table = DesignChoices.from_csv(tmp_path / "choices.csv")
    assert set(table.models) == set(ZOO_ORDER)
    least = {name: dealings(table.codes(name), most=9999, seed=0).least_p for name in table.names}
    assert least["non-linearity"] == pytest.approx(0.1)
    assert least["class-conditional"] == pytest.approx(1 / 15)
    assert least["loss"] == pytest.approx(4 / 180)
    assert least["normalisation"] == least["attention"] == pytest.approx(1 / 60)
    pytest.importorskip("torch")
    for name in ZOO_ORDER:
        architecture = architecture_named(name)
        knows = getattr(architecture, "conditional", False)
        assert table.values[name]["class-conditional"] == ("yes" if knows else "no")
