"""One division of T into cells, with P measured in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.evidence import CellDistances
from whorl.memorization.cells import Cells
from whorl.memorization.score import CTScore, HeldOutDistances, score_distances


@dataclass(frozen=True, eq=False)
class Partition:
    """T and P in the cells of one k-means.

    Attributes:
        cells: fitted on T.
        train_cells: int32 (N,).
        test_cells: int32 (n,).
        test_distances: float64 (n,), from P to T in the Reference's scope; inf in a cell without T.
    """

    cells: Cells
    train_cells: NDArray[np.int32]
    test_cells: NDArray[np.int32]
    test_distances: NDArray[np.float64]

    def score(
        self, distances: NDArray[np.float64], cells: NDArray[np.int32], *, min_generated: int
    ) -> CTScore:
        """Score generated pictures by their distances (m,) to T, in cells (m,).

        Raises:
            ScoreError: no cell can be scored.
        """
        return score_distances(
            distances,
            self._held_out,
            generated_cells=cells,
            train_counts=self.train_counts,
            tau=min_generated / len(distances),
        )

    def together(self, distances: NDArray[np.float64], cells: NDArray[np.int32]) -> CellDistances:
        """Return distances (m,) in cells (m,) of generated pictures, followed by those of P."""
        return CellDistances(
            np.concatenate([distances, self.test_distances]),
            np.concatenate([cells, self.test_cells]),
            np.bincount(self.train_cells, minlength=len(self.cells)) > 0,
        )

    @cached_property
    def train_counts(self) -> Mapping[int, int]:
        """How many training points each cell holds."""
        return dict(enumerate(np.bincount(self.train_cells, minlength=len(self.cells)).tolist()))

    @cached_property
    def _held_out(self) -> HeldOutDistances:
        return HeldOutDistances.of(self.test_distances, self.test_cells)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return every array by its name."""
        return {
            "centres": self.cells.centres,
            "train_cells": self.train_cells,
            "test_cells": self.test_cells,
            "test_distances": self.test_distances,
        }
