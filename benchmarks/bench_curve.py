"""Fitting a Reference, and scoring sets on it, beside the original code."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from material import Fitted, Layers, Sizes
from race import Race, seconds
from whorl import Reference, open_images
from whorl.cli.fit_time import expected_fit_seconds
from whorl.embeddings import embed
from whorl.report.audit_folder import write_audit

AGREEMENT = 1e-9


def bench_curve(race: Race, reference: Reference, layers: Layers) -> None:
    """500 embedded pictures at every layer, on a Reference that is there."""
    race.alone(
        lambda: reference.curve_from_embeddings(layers.generated),
        what=_what(layers, "Curve of {q} embedded pictures"),
        at_most=0.5,
    )


def bench_first_curve(race: Race, reference: Reference, layers: Layers, fresh: Callable[[], Path]) -> None:
    """The same on a Reference just loaded: nothing is left from a curve before."""
    folder = reference.save(fresh())
    loaded: list[Reference] = []
    race.benchmark.pedantic(
        lambda: loaded[-1].curve_from_embeddings(layers.generated),
        setup=lambda: loaded.append(Reference.load(folder)),
        rounds=min(3, race.at_most_rounds),
    )
    best = float(race.benchmark.stats.stats.min)
    race.note(
        what=_what(layers, "First curve of a loaded Reference, {q} pictures"), seconds=best, at_most=0.5
    )


def bench_audit(race: Race, reference: Reference, layers: Layers, fresh: Callable[[], Path]) -> None:
    """The curve and all that an audit reports: pairs, table per picture, figures, JSON and the page."""
    curve = reference.curve_from_embeddings(layers.generated)
    rng = np.random.default_rng(0)
    pictures = open_images(rng.integers(0, 256, (len(curve.generated_ids), 32, 32, 3), dtype=np.uint8))
    originals = open_images(np.broadcast_to(np.uint8(99), (len(layers.train), 32, 32, 3)))

    def audit() -> None:
        scored = reference.curve_from_embeddings(layers.generated)
        write_audit(fresh(), scored, generated=pictures, train=originals, details={"seconds": 0.0})

    race.alone(
        audit, what=_what(layers, "Curve of {q} pictures and the whole audit folder"), at_most=1.5, rounds=3
    )


def bench_original_pipeline(race: Race, reference: Reference, layers: Layers, peer: ModuleType) -> None:
    """The original code does PCA, k-means and C_T for every new set: the same arrays, the same run."""
    curve = reference.curve_from_embeddings(layers.generated)
    _assert_agreement(reference, layers, peer, curve)

    def original() -> None:
        for layer in layers.train.layers:
            sides = [side.layer(layer) for side in (layers.test, layers.generated, layers.train)]
            pca = PCA(n_components=min(64, *sides[2].shape)).fit(sides[2])
            projected = [pca.transform(side) for side in sides]
            means = KMeans(n_clusters=10, n_init=10, random_state=0).fit(projected[2])
            given = [x for side in projected for x in (side, means.predict(side))]
            with redirect_stdout(io.StringIO()):
                peer.C_T(*given, tau=20 / len(sides[1]))

    race.run(
        lambda: reference.curve_from_embeddings(layers.generated),
        original,
        what=_what(layers, "Curve of {q} embedded pictures"),
        against="original pipeline: PCA 64, k-means 10 x 10, C_T, per layer",
        wanted=30.0,
        rounds=3,
    )


def bench_fit(race: Race, kind: str, encoder: Any, stored: Path, fitted: Fitted, sizes: Sizes) -> None:
    """All of `Reference.fit` but the encoding, as a share of the time that a ViT-B needs for T and P."""
    if kind != "ViT-B":
        pytest.skip("the aim is set for a ViT-B")
    source = open_images(stored)
    encoding = race.alone(lambda: embed(source, encoder, cache=None), what="", rounds=2) / len(source)
    encoding *= sizes.train + sizes.test
    race.note(
        what=f"Fit of {sizes.layers} layers, T = {sizes.train:,} x {sizes.width}, P = {sizes.test:,}",
        seconds=fitted.seconds,
        against=f"encoding all by a ViT-B: {encoding:,.0f} s at the rate of {len(source)} pictures",
        share=fitted.seconds / encoding,
        at_most_share=0.05,
    )


@pytest.mark.parametrize("memory", ["in memory", "streamed"])
def bench_fit_estimate(race: Race, layers: Layers, sizes: Sizes, memory: str) -> None:
    """The time foretold for fitting one layer, against the time it took."""
    layer = layers.train.layers[0]
    rows = [side.layer(layer) for side in (layers.train, layers.test)]
    budget = 12 * rows[0].size - 1 if memory == "streamed" else 100 * rows[0].size
    foretold: list[float] = []

    def run() -> None:
        foretold.append(
            expected_fit_seconds(len(rows[0]), len(rows[1]), [sizes.width], memory=budget, partitions=1)
        )

    took = min(
        seconds(lambda: Reference.from_embeddings({1: rows[0]}, {1: rows[1]}, memory=budget, partitions=1))
        for _ in range(min(2, sizes.rounds))
    )
    what = f"Estimating the fit of a layer, T = {len(rows[0]):,} x {sizes.width}, {memory}"
    race.alone(run, what=what, rounds=3)
    race.note(within=[round(value / took, 3) for value in foretold[1:]])


def _assert_agreement(reference: Reference, layers: Layers, peer: ModuleType, curve: Any) -> None:
    """Hold our C_T against the original code's, for our projections and cells."""
    for part, score in zip(reference.layer_references, curve.scores, strict=True):
        partition = part.partitions[0]
        test, generated = (
            part.projection.project(side.layer(part.layer)) for side in (layers.test, layers.generated)
        )
        test = test[layers.test.canonical_order()]
        given = [np.asarray(side, np.float64) for side in (test, generated, part.train)]
        labels = [partition.test_cells, partition.cells.assign(generated), partition.train_cells]
        with redirect_stdout(io.StringIO()):
            theirs = peer.C_T(
                *(x for pair in zip(given, labels, strict=True) for x in pair), tau=20 / len(generated)
            )
        assert abs(theirs - score.by_partition[0].value) <= AGREEMENT, (
            part.layer,
            theirs,
            score.by_partition[0].value,
        )


def _what(layers: Layers, text: str) -> str:
    n, m, q = (len(side) for side in (layers.train, layers.test, layers.generated))
    width = layers.train.layer(layers.train.layers[0]).shape[1]
    return f"{text.format(q=f'{q:,}')}, {len(layers.train.layers)} layers, T = {n:,} x {width}, P = {m:,}"
