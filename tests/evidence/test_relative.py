"""Copies in a sparse part of the space: near for how far training pictures lie apart there, not near at all."""

import numpy as np
import pytest

from whorl import Reference, compare
from whorl.evidence import flagged

CROWD, SPARSE, COPIES = 900, 60, 12


def _scene(seed, *, copies=COPIES, twice=False):
    """T, P, Q in a crowd at 0 and a few pictures far from all; Q's copies are of those."""
    rng = np.random.default_rng(seed)

    def pictures(crowd, sparse):
        far = rng.normal(size=(sparse, 6)) * 30
        return np.concatenate([rng.normal(size=(crowd, 6)), far]).astype(np.float32)

    train, test, fresh = pictures(CROWD, SPARSE), pictures(2400, 100), pictures(140, 8)
    copied = train[-copies:] + rng.normal(size=(copies, 6)).astype(np.float32) * 0.4 if copies else train[:0]
    generated = np.concatenate([copied, fresh[: len(fresh) - copies]])
    if twice:
        train = np.concatenate([train, train[-COPIES:]])
    return train, test, generated


def _curve(train, test, generated):
    reference = Reference.from_embeddings({1: train, 2: train * 2}, {1: test, 2: test * 2}, cells=2)
    return reference.curve_from_embeddings({1: generated, 2: generated * 2})


@pytest.mark.parametrize("twice", [False, True], ids=["once", "held twice by training"])
def test_they_are_found_listed_and_shown(twice):
    curve = _curve(*_scene(0, twice=twice))
    layer = curve.evidence.layers[0]
    assert curve.verdict.whole.finding == "copies"
    assert curve.verdict.whole.by == "lower tail"
    assert layer.crowd.measure == "relative distance"
    assert layer.crowd.first >= COPIES
    assert curve.evidence.flagged[:COPIES].sum() >= COPIES - 2
    shown = {pair.generated_id for pair in curve.pairs_of(1)}
    copies = set(curve.generated_ids[:COPIES])
    assert len(shown & copies) >= COPIES - 2
    nearest = {pair.generated_id for pair in curve.closest_pairs if pair.layer == 1}
    assert len(nearest & copies) <= 3
    assert {pair.by for pair in curve.pairs_of(1)} == {"relative distance"}


def test_two_sets_differ_by_them():
    train, test, generated = _scene(1)
    fresh = _scene(1, copies=0)[2]
    reference = Reference.from_embeddings({1: train}, {1: test}, cells=2)
    curves = {
        name: reference.curve_from_embeddings({1: each})
        for name, each in (("copier", generated), ("healthy", fresh))
    }
    (pair,) = compare(curves).differences
    assert pair.significant
    assert pair.strongest.tail.measure == "relative distance"
    assert pair.nearer(pair.strongest) == "copier"


def test_without_copies_nothing_is_found():
    findings = [_curve(*_scene(seed, copies=0)).verdict.whole.finding for seed in range(10, 18)]
    assert findings.count("copies") <= 1


def test_of_the_listed_pictures_at_most_one_in_ten_is_there_by_chance():
    rng = np.random.default_rng(3)
    false_shares = []
    for _ in range(200):
        p = np.concatenate([np.full(40, 1e-6), rng.uniform(size=160)])
        listed = flagged(p)
        false_shares.append(listed[40:].sum() / max(1, listed.sum()))
    assert 0.05 < np.mean(false_shares) < 0.1
