"""What depends on T and P alone, for one layer: fitted once, used for every audited set."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.files import digest_bytes
from whorl.memorization.cells import Partition
from whorl.memorization.curve import LayerPictures
from whorl.memorization.score import CTScore, score_distances
from whorl.memorization.settings import ReferenceSettings
from whorl.neighbors import nearest, nearest_by_scope


@dataclass(frozen=True)
class LayerScore:
    """What one layer says about a set of generated pictures."""

    score: CTScore
    pictures: LayerPictures


@dataclass(frozen=True)
class LayerReference:
    """One layer of a Reference.

    Attributes:
        layer: which.
        partition: projection and cells, fitted on T.
        train: float32 (N, C), T projected.
        train_cells: int32 (N,).
        test_cells: int32 (n,).
        test_distances: float64 (n,), from P to T in the Reference's scope; inf in a cell without T.
        test_nearest: float64 (n,), from P to all of T.
    """

    layer: Layer
    partition: Partition
    train: NDArray[np.float32]
    train_cells: NDArray[np.int32]
    test_cells: NDArray[np.int32]
    test_distances: NDArray[np.float64]
    test_nearest: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        layer: Layer,
        train: NDArray[np.float32],
        test: NDArray[np.float32],
        settings: ReferenceSettings,
    ) -> LayerReference:
        """Fit projection and cells on T (N, D), then measure P (n, D) against it.

        Raises:
            ScoreError: the layer is constant over T, or its width differs between T and P.
        """
        if train.shape[1] != test.shape[1]:
            raise ScoreError(f"layer {layer}: T has width {train.shape[1]}, P has {test.shape[1]}.")
        seed = np.random.SeedSequence(settings.seed, spawn_key=(zlib.crc32(str(layer).encode()),))
        partition = Partition.fit(
            train, components=settings.components, cells=settings.cells, random_state=seed
        )
        projected = partition.project(train)
        cells = partition.assign(projected)
        held_out = partition.project(test)
        held_out_cells = partition.assign(held_out)
        everywhere = nearest(held_out, projected, metric=settings.metric).distance
        within = everywhere
        if settings.scope == "cell":
            within = nearest(
                held_out, projected, query_cells=held_out_cells, train_cells=cells, metric=settings.metric
            ).distance
        return cls(layer, partition, projected, cells, held_out_cells, within, everywhere)

    def score(self, generated: NDArray[np.float32], settings: ReferenceSettings) -> LayerScore:
        """Score generated pictures (m, D) by this layer.

        Raises:
            ScoreError: the width differs from the Reference's, or no cell can be scored.
        """
        width = self.partition.components.shape[1]
        if generated.shape[1] != width:
            raise ScoreError(
                f"layer {self.layer}: the Reference has width {width}, these embeddings {generated.shape[1]}; "
                "they come from another encoder or pooling."
            )
        projected = self.partition.project(generated)
        cells = self.partition.assign(projected)
        found = nearest_by_scope(
            projected, self.train, query_cells=cells, train_cells=self.train_cells, metric=settings.metric
        )
        everywhere = found.everywhere
        within = found.cell if settings.scope == "cell" else everywhere
        score = score_distances(
            within.distance,
            self.test_distances,
            generated_cells=cells,
            test_cells=self.test_cells,
            train_counts=self.train_counts,
            tau=settings.min_generated / len(generated),
        )
        share = np.searchsorted(self._sorted_test, everywhere.distance, side="right") / len(self._sorted_test)
        return LayerScore(
            score,
            LayerPictures(
                layer=self.layer,
                cells=cells,
                distances=within.distance,
                nearest=everywhere.index,
                nearest_distances=everywhere.distance,
                test_shares=share,
            ),
        )

    @cached_property
    def train_counts(self) -> dict[int, int]:
        """How many training points each cell holds."""
        counts = np.bincount(self.train_cells, minlength=self.partition.n_cells)
        return dict(enumerate(counts.tolist()))

    @cached_property
    def _sorted_test(self) -> NDArray[np.float64]:
        return np.sort(self.test_nearest)

    @cached_property
    def digest(self) -> str:
        """Digest of every number of this layer."""
        parts = [str(self.layer).encode()]
        for name, array in self.arrays().items():
            parts += [f"{name}{array.dtype}{array.shape}".encode(), np.ascontiguousarray(array).tobytes()]
        return digest_bytes(*parts)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return every array by its name in the saved file."""
        return {
            "mean": self.partition.mean,
            "components": self.partition.components,
            "centres": self.partition.centres,
            "train": self.train,
            "train_cells": self.train_cells,
            "test_cells": self.test_cells,
            "test_distances": self.test_distances,
            "test_nearest": self.test_nearest,
        }
