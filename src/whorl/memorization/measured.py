"""Generated pictures as one layer sees them: all that the evidence and the scores beside C_T are found from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.evidence import (
    CellDistances,
    LayerDistances,
    OtherScores,
    authenticity,
    calibrated,
    calibrated_distance,
    distance_ratio,
    relative,
)
from whorl.memorization.surroundings import Surroundings, neighbourhood, spacing
from whorl.neighbors import Metric, Neighbors, nearest


@dataclass(frozen=True, eq=False)
class MeasuredPictures:
    """Q beside T and P at one layer.

    Attributes:
        layer: which.
        generated, train, test: float32 (m, C), (N, C) and (n, C), in one projection.
        nearest: of all training pictures, for each generated one.
        partitions: distances within cells, those of Q followed by those of P.
        test_surroundings: of the test pictures in T.
        metric: how distances are measured.
    """

    layer: Layer
    generated: NDArray[np.float32]
    train: NDArray[np.float32]
    test: NDArray[np.float32]
    nearest: Neighbors
    partitions: tuple[CellDistances, ...]
    test_surroundings: Surroundings
    metric: Metric

    @cached_property
    def spacing(self) -> NDArray[np.float64]:
        """How far each generated picture's nearest training picture is from the next, float64 (m,)."""
        return spacing(self.nearest.index, self.train, self.metric)

    @cached_property
    def distances(self) -> LayerDistances:
        """What the evidence is weighed from."""
        theirs = self.test_surroundings
        mine = relative(self.nearest.distance, self.spacing)
        return LayerDistances(
            self.layer,
            self.partitions,
            nearness=np.concatenate([self.nearest.distance, theirs.nearest]),
            relative=np.concatenate([mine, relative(theirs.nearest, theirs.spacing)]),
        )

    @cached_property
    def other_scores(self) -> OtherScores:
        """Authenticity, distance ratio and calibrated distance.

        The cells play no part: neighbours are those in all of T, whatever the Reference's scope.
        """
        mine, theirs = self.nearest.distance, self.test_surroundings
        to_held_out = nearest(self.generated, self.test, metric=self.metric).distance
        around = neighbourhood(self.generated, self.train, self.metric)
        return OtherScores(
            self.layer,
            authenticity(mine, self.spacing, theirs.nearest, theirs.spacing),
            distance_ratio(mine, to_held_out, n_train=len(self.train), n_held_out=len(self.test)),
            calibrated_distance(calibrated(mine, around), calibrated(theirs.nearest, theirs.neighbourhood)),
        )
