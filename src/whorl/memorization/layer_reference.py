"""What depends on T and P alone, for one layer: fitted once, used for every audited set."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.files import bytes_of, digest_bytes
from whorl.memorization.cells import Partition, fit_cells
from whorl.memorization.curve import LayerPictures
from whorl.memorization.memory import DEFAULT_MEMORY, fits_in_memory
from whorl.memorization.rows import Rows
from whorl.memorization.score import CTScore, HeldOutDistances, score_distances
from whorl.memorization.settings import ReferenceSettings
from whorl.memorization.spill import spilled
from whorl.neighbors import nearest_by_scope


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
        train: Rows,
        test: Rows,
        settings: ReferenceSettings,
        *,
        memory: int = DEFAULT_MEMORY,
    ) -> LayerReference:
        """Fit projection and cells on T (N, D), then measure P (n, D) against it.

        Args:
            layer: which.
            train: T.
            test: P.
            settings: cells, components, metric, scope, seed.
            memory: bytes that a copy of T may take; where it needs more, T is streamed.

        Raises:
            ScoreError: the layer is constant over T, or its width differs between T and P.
        """
        if train.shape[1] != test.shape[1]:
            raise ScoreError(f"layer {layer}: T has width {train.shape[1]}, P has {test.shape[1]}.")
        seed = np.random.SeedSequence(settings.seed, spawn_key=(zlib.crc32(str(layer).encode()),))
        streamed = not fits_in_memory(train.shape, memory)
        fitted = fit_cells(
            train if streamed else Rows.of_array(train.all(), train.told),
            components=settings.components,
            cells=settings.cells,
            sequence=seed,
            streamed=streamed,
        )
        partition, projected = fitted.partition, fitted.projected
        cells = partition.assign(projected)
        held_out = partition.project_rows(test)
        held_out_cells = partition.assign(held_out)
        found = nearest_by_scope(
            held_out, projected, query_cells=held_out_cells, train_cells=cells, metric=settings.metric
        )
        everywhere = found.everywhere.distance
        within = found.cell.distance if settings.scope == "cell" else everywhere
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
            self._test,
            generated_cells=cells,
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
    def _test(self) -> HeldOutDistances:
        return HeldOutDistances.of(self.test_distances, self.test_cells)

    @cached_property
    def _sorted_test(self) -> NDArray[np.float64]:
        return np.sort(self.test_nearest)

    @cached_property
    def digest(self) -> str:
        """Digest of every number of this layer."""
        parts: list[bytes | memoryview] = [str(self.layer).encode()]
        for name, array in self.arrays().items():
            parts += [f"{name}{array.dtype}{array.shape}".encode(), bytes_of(array)]
        return digest_bytes(*parts)

    def spilled(self) -> LayerReference:
        """Return the same layer with T in a temporary file that is read as far as it is needed.

        Raises:
            StorageError: the temporary folder is full.
        """
        moved = replace(self, train=spilled(self.train))
        moved.__dict__["digest"] = self.digest  # computed while T is in memory: the numbers are the same
        return moved

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
