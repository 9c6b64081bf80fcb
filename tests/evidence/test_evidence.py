"""Evidence: right under the null hypothesis, right against brute force, and sharp where copies are."""

import json

import numpy as np
import pytest
from scipy import stats

from whorl import Reference, c_t
from whorl.evidence import (
    CellDistances,
    Evidence,
    LayerDistances,
    conformal_p_values,
    copy_count,
    flagged,
    weigh,
)
from whorl.evidence.lower_tail import LowerTail
from whorl.evidence.mean_rank import MeanRank
from whorl.evidence.permutations import Divisions, adjusted, p_values

N, M = 600, 120


def layers_of(rng, *, shift=0.0, copies=0, n_layers=4, partitions=2):
    """Distances at dependent layers: a part that all share, and one of their own."""
    shared = rng.normal(size=N + M)
    made = []
    for number in range(n_layers):
        distances = np.exp(0.7 * shared + 0.7 * rng.normal(size=N + M))
        distances[:M] *= np.exp(shift)
        distances[:copies] = 0.0
        parts = []
        for _ in range(partitions):
            cells = rng.integers(0, 4, N + M)
            parts.append(CellDistances(distances * (1 + 0.1 * cells), cells, np.ones(4, bool)))
        made.append(LayerDistances(number, tuple(parts), distances, distances * rng.uniform(0.5, 1, N + M)))
    return made


def test_the_true_division_has_the_score_of_c_t_and_others_what_they_would_have():
    rng = np.random.default_rng(0)
    train, test, generated = (rng.normal(size=(n, 2)) for n in (300, 90, 60))
    cells = [(points[:, 0] > 0).astype(int) for points in (train, test, generated)]
    together, labels = np.concatenate([generated, test]), np.concatenate([cells[2], cells[1]])
    distance = np.empty(len(together))
    for cell in (0, 1):
        inside, near = labels == cell, train[cells[0] == cell]
        distance[inside] = np.sqrt(((together[inside][:, None] - near) ** 2).sum(-1)).min(1)
    divisions = Divisions(60, 90, count=3)
    part = MeanRank(CellDistances(distance, labels, np.ones(2, bool)), min_generated=5)
    found = part.statistic(divisions.sums(part.features))
    for row, chosen in enumerate(divisions.chosen()):
        rest = np.setdiff1d(np.arange(150), chosen)
        score = c_t(
            train,
            together[rest],
            together[chosen],
            train_cells=cells[0],
            test_cells=labels[rest],
            generated_cells=labels[chosen],
            tau=5 / 60,
        )
        assert found[row] == pytest.approx(score.standardised, abs=1e-9)


def test_cells_without_training_or_enough_generated_pictures_do_not_count():
    cells = np.array([0, 0, 0, 1, 1, 2] * 10)
    distances = np.arange(60.0)
    divisions = Divisions(20, 40, count=5)
    whole = MeanRank(CellDistances(distances, cells, np.array([True, False, False])), min_generated=2)
    alone = MeanRank(
        CellDistances(distances, np.where(cells == 0, 0, 1), np.array([True, False])), min_generated=2
    )
    np.testing.assert_allclose(
        whole.statistic(divisions.sums(whole.features)), alone.statistic(divisions.sums(alone.features))
    )
    nothing = MeanRank(CellDistances(distances, cells, np.zeros(3, bool)), min_generated=2)
    assert np.isnan(nothing.statistic(divisions.sums(nothing.features))).all()


def test_the_lower_tail_is_the_hypergeometric_one():
    rng = np.random.default_rng(1)
    nearness = rng.random(200)
    nearness[:6] = 0.0
    divisions = Divisions(50, 150, count=4)
    tail = LowerTail([nearness], 50, levels=(0.05, 0.1))
    found = tail.statistic(divisions.sums(tail.features))
    order = np.argsort(nearness, kind="stable")
    for row, chosen in enumerate(divisions.chosen()):
        each = []
        for count in (10, 20):
            drawn = np.isin(order[:count], chosen).sum()
            p = sum(stats.hypergeom.pmf(k, 200, count, 50) for k in range(drawn, count + 1))
            each.append(-np.log10(p))
        assert found[row] == pytest.approx(max(each), rel=1e-6)


def test_p_values_count_the_truth_among_the_divisions():
    statistics = np.array([[5.0, np.nan], [1.0, 2.0], [2.0, 3.0], [9.0, 1.0]])
    found = p_values(statistics)
    assert found[0].tolist() == [0.5, 1.0]
    assert adjusted(found).tolist() == [1.0, 1.0]  # every division has something as surprising somewhere


def test_healthy_sets_raise_the_alarm_as_often_as_promised():
    rng = np.random.default_rng(2)
    findings = [weigh(layers_of(rng), M, min_generated=5, divisions=199, seed=i).finding for i in range(300)]
    for side in ("copies", "under-fits"):
        low, high = stats.binomtest(findings.count(side), 300).proportion_ci(0.999)
        assert low <= 0.05 <= high
    p = np.array(
        [
            weigh(layers_of(rng, n_layers=1), M, min_generated=5, divisions=99, seed=i).layers[0].p_copies
            for i in range(300)
        ]
    )
    assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_few_copies_are_found_by_the_tail_and_many_by_the_mean_rank():
    rng = np.random.default_rng(3)
    few = weigh(layers_of(rng, copies=6, shift=0.1), M, min_generated=5)
    assert few.finding == "copies"
    assert min(layer.p_tail for layer in few.layers) == pytest.approx(1 / 2000)
    assert min(layer.p_copies for layer in few.layers) > 0.01
    assert few.flagged[:6].all()
    assert few.n_flagged < 12
    cancelling = weigh(layers_of(rng, copies=M // 2, shift=3.0), M, min_generated=5)
    assert cancelling.finding == "copies"
    nearer = weigh(layers_of(rng, shift=-0.8), M, min_generated=5)
    assert nearer.finding == "copies"
    assert min(layer.adjusted_copies for layer in nearer.layers) < 0.01
    farther = weigh(layers_of(rng, shift=0.8), M, min_generated=5)
    assert farther.finding == "under-fits"
    assert farther.n_flagged == 0


def test_conformal_p_values_of_healthy_pictures_are_no_smaller_than_promised():
    rng = np.random.default_rng(4)
    p = np.concatenate(
        [
            conformal_p_values(*([part[:M] for part in both], [part[M:] for part in both]))
            for both in (rng.normal(size=(5, N + M)) + rng.normal(size=N + M) for _ in range(40))
        ]
    )
    for level in (0.01, 0.05, 0.2):
        assert (p <= level).mean() <= level + 3 * np.sqrt(level / len(p)) + 1 / N
    assert p.min() >= 1 / (N + 1)


def test_a_healthy_list_is_nearly_always_empty_and_the_count_near_zero():
    rng = np.random.default_rng(5)
    listed = [weigh(layers_of(rng), M, min_generated=5, divisions=9).n_flagged > 0 for _ in range(60)]
    assert sum(listed) <= 15
    assert not flagged(np.full(5, 0.5)).any()
    count = copy_count(np.concatenate([np.full(30, 1e-4), np.linspace(0.06, 1, 70)]), 10_000)
    assert count.low < 26.3 < count.high
    assert count.estimate == pytest.approx(100 * (0.3 - 0.05) / 0.95, rel=1e-4)


def test_it_survives_json_and_depends_on_nothing_but_its_seed():
    made = layers_of(np.random.default_rng(6), copies=5)
    first, again = (weigh(made, M, min_generated=5, divisions=99) for _ in range(2))
    assert first.to_dict() == again.to_dict()
    read = Evidence.from_dict(json.loads(json.dumps(first.to_dict())))
    assert read.to_dict() == first.to_dict()
    assert read.finding == first.finding


@pytest.fixture(scope="module")
def embedded():
    rng = np.random.default_rng(7)
    T, P, Q = ({layer: rng.normal(size=(n, 6)) for layer in (1, 2, 3)} for n in (3000, 800, 300))
    return T, P, Q


def test_a_score_over_partitions_is_spread_as_a_standard_normal(embedded):
    T, P, _ = embedded
    reference = Reference.from_embeddings(T, P, cells=4, partitions=4)
    rng = np.random.default_rng(8)
    scores = []
    for _ in range(120):
        fresh = {layer: rng.normal(size=(300, 6)) for layer in (1, 2, 3)}
        scores += reference.curve_from_embeddings(fresh).scores
    z = np.array([score.standardised for score in scores])
    assert z.std() == pytest.approx(1.0, abs=0.15)
    # Four scores of the same pictures vary together: their mean varies less than one, more than four of others.
    raw = np.array([np.mean([part.standardised for part in score.by_partition]) for score in scores])
    assert 0.5 < raw.std() < z.std() + 1e-12
    assert all(score.spread > 0 for score in scores)


def test_one_partition_is_the_score_of_that_partition(embedded):
    T, P, Q = embedded
    one = Reference.from_embeddings(T, P, cells=4, partitions=1).curve_from_embeddings(Q)
    five = Reference.from_embeddings(T, P, cells=4).curve_from_embeddings(Q)
    for alone, together in zip(one.scores, five.scores, strict=True):
        assert alone.by_partition == together.by_partition[:1]
        assert alone.standardised == pytest.approx(alone.by_partition[0].standardised)
        assert alone.spread == 0.0
        assert len(together.by_partition) == 5


def test_a_curve_weighs_its_own_distances(embedded):
    T, P, Q = embedded
    reference = Reference.from_embeddings(T, P, cells=4)
    mixed = {layer: np.concatenate([T[layer][:9], Q[layer]]) for layer in T}
    curve = reference.curve_from_embeddings(mixed)
    assert curve.verdict.whole.finding == "copies"
    assert curve.verdict.whole.by == "lower tail"
    assert curve.evidence.flagged[:9].all()
    for layer, score in zip(curve.evidence.layers, curve.scores, strict=True):
        assert layer.by_partition == pytest.approx([part.standardised for part in score.by_partition])
        assert layer.standardised == pytest.approx(score.standardised, rel=0.1, abs=0.1)
    read = type(curve).from_dict(json.loads(json.dumps(curve.to_dict())))
    assert read.verdict == curve.verdict
    assert reference.curve_from_embeddings(Q).verdict.whole.finding == "healthy"
