"""Differences of sets: right against brute force, right where there is none, seen where there is one."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from whorl import Reference, ScoreError, StorageError, compare
from whorl.evidence import CellDistances, LayerDistances, PairDifference, SetDistances, differences
from whorl.evidence.holm import holm
from whorl.evidence.lower_tail import LEVELS
from whorl.evidence.permutations import Divisions
from whorl.evidence.placement import PlacementDifference, held_out_counts, placements
from whorl.memorization import Comparison

CELLS, PARTITIONS, LAYERS = 3, 2, 3


def held_out_of(rng, n=150):
    cells = [[rng.integers(0, CELLS, n) for _ in range(PARTITIONS)] for _ in range(LAYERS)]
    return [(np.exp(rng.normal(size=n)), own) for own in cells]


def set_of(rng, m, held_out, *, shift=0.0, copies=0, likely=None):
    """Distances at dependent layers; `likely` says which cells the pictures fall into."""
    shared = rng.normal(size=m)
    layers = []
    for number, (test, test_cells) in enumerate(held_out):
        own = np.exp(0.7 * shared + 0.7 * rng.normal(size=m) + shift)
        own[:copies] = 0.0
        parts = []
        for theirs in test_cells:
            cells = np.concatenate([rng.choice(CELLS, m, p=likely), theirs])
            scale = np.concatenate([own, test]) * (1 + 0.1 * cells)
            parts.append(CellDistances(scale, cells, np.ones(CELLS, bool)))
        together = np.concatenate([own, test])
        layers.append(LayerDistances(number, tuple(parts), together, together))
    return SetDistances(tuple(layers), m)


def brute(distances, cells, scored, m, first):
    """The difference of mean placements of one division, picture by picture, in float64."""
    placed = {}
    for i in range(m):
        scale = [d for d, cell in zip(distances[m:], cells[m:], strict=True) if cell == cells[i]]
        if scale and scored[cells[i]]:
            placed[i] = sum((d < distances[i]) + 0.5 * (d == distances[i]) for d in scale) / len(scale)
    total, mass = 0.0, 0
    for cell in range(len(scored)):
        inside = [i for i in placed if cells[i] == cell]
        one, other = [placed[i] for i in inside if i in first], [placed[i] for i in inside if i not in first]
        if one and other:
            weight = int((cells[m:] == cell).sum())
            total += weight * (sum(one) / len(one) - sum(other) / len(other))
            mass += weight
    return total / mass if mass else np.nan


@pytest.mark.parametrize("scored", [(True, True, True, True), (True, False, True, True)])
@pytest.mark.parametrize("sizes", [(20, 20), (7, 25), (1, 9)])
def test_every_division_has_the_difference_that_brute_force_finds(sizes, scored):
    rng = np.random.default_rng(sum(sizes))
    m, n = sum(sizes), 40
    distances = rng.integers(0, 9, m + n).astype(float)  # many ties
    cells = rng.integers(0, 4, m + n)
    cells[m:][cells[m:] == 3] = 0  # a cell without held-out pictures
    part = CellDistances(distances, cells, np.array(scored))
    measure = PlacementDifference(placements(part, m), cells[:m], held_out_counts(part, m))
    divisions = Divisions(*sizes, count=30, seed=1)
    found = measure.statistic(divisions.sums(measure.features))
    wanted = [brute(distances, cells, scored, m, set(chosen.tolist())) for chosen in divisions.chosen()]
    np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_p_values_of_a_pair_are_those_of_its_divisions_one_by_one():
    """Placement and lower tail of every division by hand, then the smallest p-value of each."""
    rng, count = np.random.default_rng(1), 60
    held_out = held_out_of(rng)
    one, other = set_of(rng, 40, held_out, shift=-0.3, copies=2), set_of(rng, 25, held_out)
    (pair,) = differences({"a": one, "b": other}, divisions=count, seed=3)
    columns, scaled = [], []
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        near = np.concatenate([mine.nearness[:40], theirs.nearness[:25]])
        gaps, tails = [], []
        for chosen in Divisions(40, 25, count, 3).chosen():
            each = []
            for a, b in zip(mine.partitions, theirs.partitions, strict=True):
                distances = np.concatenate([a.distances[:40], b.distances[:25], a.distances[40:]])
                cells = np.concatenate([a.cells[:40], b.cells[:25], a.cells[40:]])
                each.append(brute(distances, cells, a.scored, 65, set(chosen.tolist())))
            gaps.append(np.mean(each))
            rest = np.setdiff1d(np.arange(65), chosen)
            tails.append(max(surprise(near, chosen), surprise(near, rest)))
        gaps, tails = np.array(gaps), np.array(tails)
        columns += [abs(gaps), tails]
        scaled += [2 * stats.norm.sf(abs(gaps) / gaps.std()), tail_scale(tails)]
    statistics = np.round(np.stack(columns, axis=1), 9)
    p = (statistics >= statistics[0]).mean(axis=0)
    smallest = np.minimum(1, np.stack(scaled, axis=1))
    family = np.round(smallest.min(axis=1), 12)
    for number, layer in enumerate(pair.layers):
        assert layer.p_placement == pytest.approx(p[2 * number])
        assert layer.p_tail == pytest.approx(p[2 * number + 1])
        own = np.round(smallest[0, 2 * number : 2 * number + 2], 12)
        assert layer.adjusted == pytest.approx((family <= own.min()).mean())
        assert layer.by == ("lower tail" if own[1] < own[0] else "mean rank")
    assert pair.p_value == pytest.approx((family <= family[0]).mean())
    assert pair.adjusted == pair.p_value


def tail_scale(tails):
    """p-values of tails: those of the foremost hundredth counted, all others in proportion to 10 ** -tail."""
    top = sorted(tails)[math.ceil(0.99 * len(tails)) - 1]
    return 10.0**-tails * sum(tails >= top) / len(tails) / 10.0**-top


def surprise(near, chosen):
    told, m = [], len(near)
    for level in LEVELS:
        limit = np.sort(near)[max(1, round(level * m)) - 1]
        count, drawn = int((near <= limit).sum()), int((near[chosen] <= limit).sum())
        chances = (stats.hypergeom.pmf(k, m, count, len(chosen)) for k in range(drawn, count + 1))
        told.append(-np.log10(sum(chances)))
    return max(told)


def test_sets_of_one_distribution_differ_as_often_as_promised():
    """Also where their sizes differ; the intervals cover 0 as often as they say."""
    rng = np.random.default_rng(2)
    wrong, covered = 0, []
    for repeat in range(250):
        held_out = held_out_of(rng)
        sets = {"a": set_of(rng, 70, held_out), "b": set_of(rng, 45, held_out)}
        (pair,) = differences(sets, divisions=199, seed=repeat)
        wrong += pair.significant
        covered.append(pair.layers[0].low <= 0 <= pair.layers[0].high)
    low, high = stats.binomtest(wrong, 250).proportion_ci(0.999)
    assert low <= 0.05 <= high
    low, high = stats.binomtest(sum(covered), 250).proportion_ci(0.999)
    assert low <= 0.95 <= high


def test_the_interval_covers_a_difference_that_is_there():
    rng = np.random.default_rng(3)
    held_out = held_out_of(rng)[:1]
    large = [set_of(rng, 20_000, held_out, shift=shift) for shift in (-0.6, 0.2)]
    truth = differences({"a": large[0], "b": large[1]}, divisions=1)[0].layers[0].placement
    covered = []
    for repeat in range(250):
        sets = {"a": set_of(rng, 60, held_out, shift=-0.6), "b": set_of(rng, 120, held_out, shift=0.2)}
        layer = differences(sets, divisions=1, seed=repeat)[0].layers[0]
        covered.append(layer.low <= truth <= layer.high)
    low, high = stats.binomtest(sum(covered), 250).proportion_ci(0.999)
    assert low <= 0.95 <= high


def test_a_real_difference_is_found_and_has_the_right_sign():
    rng = np.random.default_rng(4)
    held_out = held_out_of(rng)
    sets = {
        "near": set_of(rng, 100, held_out, shift=-0.8),
        "far": set_of(rng, 60, held_out, shift=0.4),
        "also far": set_of(rng, 80, held_out, shift=0.4),
    }
    near, also_near, none = differences(sets)
    assert (near.first, near.second) == ("near", "far")
    for pair in (near, also_near):
        assert pair.significant
        assert pair.strongest.by == "mean rank"
        assert pair.nearer(pair.strongest) == "near"
        assert pair.strongest.low < pair.strongest.placement < pair.strongest.high < 0
        assert all(pair.significant_at(layer) for layer in pair.layers)
    assert not none.significant
    (turned,) = differences({"far": sets["far"], "near": sets["near"]})
    assert turned.strongest.placement == pytest.approx(-near.layers[turned.strongest.layer].placement)
    assert turned.nearer(turned.strongest) == "near"


@pytest.mark.parametrize("turned", [False, True])
def test_a_few_copies_in_one_set_are_seen_in_the_lower_tail(turned):
    rng = np.random.default_rng(5)
    held_out = held_out_of(rng)
    sets = {"copier": set_of(rng, 150, held_out, copies=9), "fresh": set_of(rng, 200, held_out)}
    (pair,) = differences(dict(reversed(sets.items())) if turned else sets)
    assert pair.significant
    assert pair.strongest.by == "lower tail"
    assert pair.nearer(pair.strongest) == "copier"
    tail = pair.strongest.tail
    counts = (tail.first, tail.second)
    assert (counts[::-1] if turned else counts) == (9, 0)
    assert tail.nearest == 9


def test_a_set_does_not_differ_from_itself():
    rng = np.random.default_rng(6)
    one = set_of(rng, 60, held_out_of(rng))
    (pair,) = differences({"a": one, "again": one})
    assert pair.p_value > 0.9
    assert {layer.placement for layer in pair.layers} == {0.0}
    assert {layer.p_placement for layer in pair.layers} == {1.0}


def test_sets_in_other_cells_are_compared_in_the_cells_they_share():
    rng = np.random.default_rng(7)
    held_out = held_out_of(rng)
    sets = {
        "a": set_of(rng, 50, held_out, likely=[0.5, 0.5, 0.0]),
        "b": set_of(rng, 50, held_out, likely=[0.5, 0.0, 0.5]),
        "c": set_of(rng, 50, held_out, likely=[0.0, 0.0, 1.0]),
    }
    (shared, apart, _) = differences(sets, divisions=99)
    layer = shared.layers[0]
    expected = [
        np.mean(placements(a, 50)[a.cells[:50] == 0]) - np.mean(placements(b, 50)[b.cells[:50] == 0])
        for a, b in zip(sets["a"].layers[0].partitions, sets["b"].layers[0].partitions, strict=True)
    ]
    assert layer.placement == pytest.approx(np.mean(expected))
    # No cell holds both: there is nothing to say, and nothing is said.
    for layer in apart.layers:
        assert (layer.placement, layer.low, layer.high, layer.standardised) == (None, None, None, None)
        assert layer.p_placement == 1.0
    assert "null" in json.dumps(apart.to_dict(), allow_nan=False)


def test_holm_is_the_definition():
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]
    assert holm(np.array([0.2])).tolist() == [0.2]


def test_many_pairs_get_as_many_divisions_as_they_need():
    rng = np.random.default_rng(8)
    held_out = [(np.linspace(0, 1, 20), [np.zeros(20, int)])]
    sets = {}
    for number in range(12):
        near = rng.random(8) + 10 * (number == 0)
        together = np.concatenate([near, held_out[0][0]])
        part = CellDistances(together, np.zeros(28, int), np.ones(1, bool))
        sets[str(number)] = SetDistances((LayerDistances(1, (part,), together, together),), 8)
    found = differences(sets)
    assert len(found) == 66
    assert found[0].divisions == 2639
    assert len(found) / (1 + found[0].divisions) < 0.05
    assert [pair.first for pair in found if pair.significant] == ["0"] * 11


@pytest.fixture(scope="module")
def curves():
    rng = np.random.default_rng(9)
    T, P, A, B = ({layer: rng.normal(size=(n, 5)) for layer in (1, 2)} for n in (900, 300, 100, 150))
    reference = Reference.from_embeddings(T, P, cells=3)
    copies = {layer: T[layer][:100] + 0.01 for layer in T}
    sets = {"A": A, "B": B, "copies": copies}
    return {name: reference.curve_from_embeddings(rows) for name, rows in sets.items()}


def test_curves_are_compared_and_survive_json(curves):
    compared = compare(curves)
    assert [(pair.first, pair.second) for pair in compared.significant] == [("A", "copies"), ("B", "copies")]
    assert {pair.nearer(pair.strongest) for pair in compared.significant} == {"copies"}
    assert not compared.equal_sizes
    written = json.loads(json.dumps(compared.to_dict(), allow_nan=False))
    read = Comparison.from_dict(written)
    assert read.differences == compared.differences
    assert read.to_dict() == compared.to_dict()
    assert PairDifference.from_dict(written["differences"][0]) == compared.differences[0]
    with pytest.raises(StorageError, match="whorl-comparison/1"):
        Comparison.from_dict({"schema": "another"})
    with pytest.raises(StorageError, match="incomplete"):
        Comparison.from_dict({"schema": "whorl-comparison/1"})


def test_curves_that_cannot_be_compared_are_refused(curves):
    with pytest.raises(ScoreError, match="at least two sets"):
        compare({"A": curves["A"]})
    read = type(curves["B"]).from_dict(curves["B"].to_dict())
    with pytest.raises(ScoreError, match="'read' holds no distances"):
        compare({"A": curves["A"], "read": read})
    rng = np.random.default_rng(10)
    T, P, Q = ({1: rng.normal(size=(n, 5))} for n in (900, 300, 100))
    other = Reference.from_embeddings(T, P, cells=3).curve_from_embeddings(Q)
    with pytest.raises(ScoreError, match="different References"):
        compare({"A": curves["A"], "other": other})
