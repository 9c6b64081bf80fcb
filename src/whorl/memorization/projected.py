"""Generated pictures in one layer's projection, beside T and P: what the scores beside C_T are found from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.evidence import OtherScores, authenticity, calibrated, calibrated_distance, distance_ratio
from whorl.memorization.surroundings import Surroundings
from whorl.neighbors import Metric, nearest


@dataclass(frozen=True, eq=False)
class ProjectedPictures:
    """Q beside T and P at one layer.

    Attributes:
        layer: which.
        generated, train, test: float32 (m, C), (N, C) and (n, C), in one projection.
        test_surroundings: of the test pictures in T.
        metric: how distances are measured.
    """

    layer: Layer
    generated: NDArray[np.float32]
    train: NDArray[np.float32]
    test: NDArray[np.float32]
    test_surroundings: Surroundings
    metric: Metric

    def other_scores(self) -> OtherScores:
        """Measure authenticity, distance ratio and calibrated distance, by three searches.

        The cells play no part: neighbours are those in all of T, whatever the Reference's scope.
        """
        mine, theirs = Surroundings.of(self.generated, self.train, self.metric), self.test_surroundings
        to_held_out = nearest(self.generated, self.test, metric=self.metric).distance
        return OtherScores(
            self.layer,
            authenticity(mine.nearest, mine.spacing, theirs.nearest, theirs.spacing),
            distance_ratio(mine.nearest, to_held_out, n_train=len(self.train), n_held_out=len(self.test)),
            calibrated_distance(
                *(calibrated(side.nearest, side.neighbourhood) for side in (mine, theirs)),
            ),
        )
