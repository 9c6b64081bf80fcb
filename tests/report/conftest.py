"""Curves made by hand, so that each shows exactly what a test is about."""

import numpy as np
import pytest
from scipy import stats

from whorl.memorization import (
    CellScore,
    ClosestPair,
    CTScore,
    Curve,
    PooledScore,
    Reference,
    ReferenceSettings,
)

NULL_SD = 0.32


def _score(z, coverage):
    cells = [CellScore(i, z * NULL_SD, 5000, 1000, 50, True) for i in range(9)]
    cells.append(CellScore(9, None, 5000, 1000, 0, False))
    score = CTScore(
        value=z * NULL_SD,
        standardised=z,
        null_sd=NULL_SD,
        p_value=float(stats.norm.cdf(z)),
        p_value_under_fit=float(stats.norm.sf(z)),
        coverage=coverage,
        cells=tuple(cells),
        tau=0.04,
    )
    return PooledScore(score.value, z, 0.2, score.p_value, score.p_value_under_fit, coverage, (score,))


@pytest.fixture
def make_curve():
    def make(z, *, layers=None, coverage=0.998, ids=("generated/{}.png", "train/{}.png"), **changes):
        layers = tuple(layers or range(1, len(z) + 1))
        pairs = tuple(
            ClosestPair(layer, ids[0].format(k), ids[1].format(k) if ids[1] else None, 0.1 + k, 0.001 * k)
            for layer in layers
            for k in range(3)
        )
        values = {
            "layers": layers,
            "scores": tuple(_score(x, coverage) for x in z),
            "closest_pairs": pairs,
            "reference": "ab" * 32,
            "encoder": "google/vit-base-patch16-224-in21k",
            "settings": ReferenceSettings(),
            "n_train": 50_000,
            "n_test": 10_000,
            "n_generated": 500,
            "identical": 0,
            "source": "samples",
        }
        return Curve(**{**values, **changes})

    return make


@pytest.fixture
def picture():
    def draw(side=32, seed=0):
        return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)

    return draw


COPIES_EARLY = [-8.2, -12.5, -27.3, -19.4, -9.8, -3.6, -1.9, -0.4, 0.6, 1.1, 2.2, 1.8]


@pytest.fixture
def copying(make_curve):
    """Copies at early layers, healthy at late ones."""
    return make_curve(COPIES_EARLY)


@pytest.fixture(scope="session")
def few():
    """Seven copies among 307 pictures: copies by the lower tail, at layers where C_T is ordinary."""
    rng = np.random.default_rng(3)
    T, P, Q = ({layer: rng.normal(size=(n, 6)) for layer in range(1, 7)} for n in (1500, 600, 300))
    mixed = {layer: np.concatenate([T[layer][:7], Q[layer]]) for layer in T}
    return Reference.from_embeddings(T, P, cells=4).curve_from_embeddings(mixed)
