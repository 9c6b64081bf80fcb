"""What depends on T and P alone, for one layer: fitted once, used for every audited set."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.files import bytes_of, digest_bytes
from whorl.memorization.cells import Cells
from whorl.memorization.centres import STARTS
from whorl.memorization.curve import LayerPictures
from whorl.memorization.measured import MeasuredPictures
from whorl.memorization.memory import DEFAULT_MEMORY, fits_in_memory
from whorl.memorization.partition import Partition
from whorl.memorization.pooled_score import PooledScore, pooled
from whorl.memorization.projection import Projection
from whorl.memorization.rows import Rows
from whorl.memorization.settings import ReferenceSettings
from whorl.memorization.spill import spilled
from whorl.memorization.surroundings import Surroundings, neighbourhood, spacing
from whorl.neighbors import NeighborsByScope, nearest, nearest_by_scope


@dataclass(frozen=True)
class LayerScore:
    """What one layer says about a set of generated pictures, and what it says so from."""

    score: PooledScore
    pictures: LayerPictures
    measured: MeasuredPictures


@dataclass(frozen=True, eq=False)
class LayerReference:
    """One layer of a Reference.

    Attributes:
        layer: which.
        projection: fitted on T.
        partitions: divisions of the projected T into cells, with P measured in each.
        train: float32 (N, C), T projected.
        test: float32 (n, C), P projected.
        test_surroundings: what lies around P in T.
    """

    layer: Layer
    projection: Projection
    partitions: tuple[Partition, ...]
    train: NDArray[np.float32]
    test: NDArray[np.float32]
    test_surroundings: Surroundings

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
            settings: partitions, cells, components, metric, scope, seed.
            memory: bytes that a copy of T may take; where it needs more, T is streamed.

        Raises:
            ScoreError: the layer is constant over T, or its width differs between T and P.
        """
        if train.shape[1] != test.shape[1]:
            raise ScoreError(f"layer {layer}: T has width {train.shape[1]}, P has {test.shape[1]}.")
        streamed = not fits_in_memory(train.shape, memory)
        seeds = list(_seeds(layer, settings))
        given = train if streamed else Rows.of_array(train.all(), train.told)
        projection = Projection.fit(
            given, components=settings.components, seed=seeds[0][0], streamed=streamed
        )
        projected = projection.project_rows(given)
        held_out = projection.project_rows(test)
        divided = [
            Cells.fit(projected, cells=settings.cells, seeds=starts[1:], mini_batch=streamed)
            for starts in seeds
        ]
        train_cells = [cells.assign(projected) for cells in divided]
        test_cells = [cells.assign(held_out) for cells in divided]
        found = list(_nearest(held_out, projected, test_cells, train_cells, settings))
        partitions = [
            Partition(cells, mine, theirs, _in_scope(near, settings))
            for cells, mine, theirs, near in zip(divided, train_cells, test_cells, found, strict=True)
        ]
        near = found[0].everywhere
        around = Surroundings(
            near.distance,
            spacing(near.index, projected, settings.metric),
            neighbourhood(held_out, projected, settings.metric),
        )
        return cls(layer, projection, tuple(partitions), projected, held_out, around)

    def measure(self, generated: NDArray[np.float32], settings: ReferenceSettings) -> MeasuredPictures:
        """Find where generated pictures (m, D) lie beside T and P.

        Raises:
            ScoreError: the width differs from the Reference's.
        """
        width = self.projection.components.shape[1]
        if generated.shape[1] != width:
            raise ScoreError(
                f"layer {self.layer}: the Reference has width {width}, these embeddings {generated.shape[1]}; "
                "they come from another encoder or pooling."
            )
        projected = self.projection.project(generated)
        cells = [part.cells.assign(projected) for part in self.partitions]
        train_cells = [part.train_cells for part in self.partitions]
        found = list(_nearest(projected, self.train, cells, train_cells, settings))
        return MeasuredPictures(
            layer=self.layer,
            generated=projected,
            train=self.train,
            test=self.test,
            nearest=found[0].everywhere,
            partitions=tuple(
                part.together(_in_scope(near, settings), own)
                for part, near, own in zip(self.partitions, found, cells, strict=True)
            ),
            test_surroundings=self.test_surroundings,
            metric=settings.metric,
        )

    def score(self, generated: NDArray[np.float32], settings: ReferenceSettings) -> LayerScore:
        """Score generated pictures (m, D) by this layer.

        Raises:
            ScoreError: the width differs from the Reference's, or no cell can be scored.
        """
        measured = self.measure(generated, settings)
        m, near = len(generated), measured.nearest
        distances = [part.distances[:m] for part in measured.partitions]
        cells = [part.cells[:m].astype(np.int32) for part in measured.partitions]
        share = np.searchsorted(self._sorted_test, near.distance, side="right") / len(self._sorted_test)
        return LayerScore(
            pooled(self.partitions, distances, cells, min_generated=settings.min_generated),
            LayerPictures(
                layer=self.layer,
                cells=tuple(cells),
                distances=tuple(distances),
                nearest=near.index,
                nearest_distances=near.distance,
                test_shares=share,
            ),
            measured,
        )

    @property
    def test_nearest(self) -> NDArray[np.float64]:
        """Distance of each picture of P to the nearest of all T, float64 (n,)."""
        return self.test_surroundings.nearest

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
        parts = enumerate(part.arrays() for part in self.partitions)
        return {
            "mean": self.projection.mean,
            "components": self.projection.components,
            "train": self.train,
            "test": self.test,
            "test_nearest": self.test_nearest,
            "test_spacing": self.test_surroundings.spacing,
            "test_neighbourhood": self.test_surroundings.neighbourhood,
            **{f"{name}_{number}": array for number, part in parts for name, array in part.items()},
        }


def _seeds(layer: Layer, settings: ReferenceSettings) -> Iterator[list[int]]:
    """Yield for each partition a seed of the projection and one for each start of k-means.

    They depend on the layer's name and not on the other layers, the first partition not on how many follow.
    """
    name = zlib.crc32(str(layer).encode())
    for number in range(settings.partitions):
        key = (name, number) if number else (name,)
        yield np.random.SeedSequence(settings.seed, spawn_key=key).generate_state(1 + STARTS).tolist()


def _nearest(
    points: NDArray[np.float32],
    train: NDArray[np.float32],
    cells: Sequence[NDArray[np.int32]],
    train_cells: Sequence[NDArray[np.int32]],
    settings: ReferenceSettings,
) -> Iterator[NeighborsByScope]:
    """Yield the nearest of T for each partition; that of all T is looked for once."""
    first = nearest_by_scope(
        points, train, query_cells=cells[0], train_cells=train_cells[0], metric=settings.metric
    )
    yield first
    for own, theirs in zip(cells[1:], train_cells[1:], strict=True):
        near = first.everywhere
        if settings.scope == "cell":
            near = nearest(points, train, query_cells=own, train_cells=theirs, metric=settings.metric)
        yield NeighborsByScope(near, first.everywhere)


def _in_scope(near: NeighborsByScope, settings: ReferenceSettings) -> NDArray[np.float64]:
    return near.cell.distance if settings.scope == "cell" else near.everywhere.distance
