"""C_T of one layer over several partitions, and what the mean of dependent scores is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from whorl.errors import ScoreError
from whorl.memorization.partition import Partition
from whorl.memorization.score import CTScore


@dataclass(frozen=True)
class PooledScore:
    """C_T of one layer, the mean over partitions. Negative: copies. About 0: healthy. Positive: under-fits.

    Attributes:
        value: mean of the partitions' C_T.
        standardised: mean of the partitions' standardised C_T over the null spread of that mean: about a standard
            normal for a healthy model, whatever the number of partitions.
        spread: standard deviation of the partitions' standardised C_T; 0 for one partition.
        p_value: one-sided for copying, Phi(standardised): small means copies.
        p_value_under_fit: the other side, 1 - Phi(standardised).
        coverage: mean share of the test points that lie in cells that count.
        by_partition: the score of each partition in which any cell can be scored.
    """

    value: float
    standardised: float
    spread: float
    p_value: float
    p_value_under_fit: float
    coverage: float
    by_partition: tuple[CTScore, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the score as JSON values."""
        return asdict(self) | {"by_partition": [score.to_dict() for score in self.by_partition]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PooledScore:
        """Rebuild a score from `to_dict`'s values."""
        return cls(
            **{**data, "by_partition": tuple(CTScore.from_dict(each) for each in data["by_partition"])}
        )


def pooled(
    partitions: Sequence[Partition],
    distances: Sequence[NDArray[np.float64]],
    cells: Sequence[NDArray[np.int32]],
    *,
    min_generated: int,
) -> PooledScore:
    """Score in each partition, and take the mean. A partition without a cell that can be scored is left out.

    Args:
        partitions: of the Reference.
        distances: for each partition float64 (m,), of the generated pictures.
        cells: for each partition int32 (m,).
        min_generated: a cell counts when it holds more generated pictures than this.

    Raises:
        ScoreError: no cell of any partition can be scored.
    """
    scores, influences, errors = [], [], []
    for partition, its, own in zip(partitions, distances, cells, strict=True):
        try:
            scores.append(partition.score(its, own, min_generated=min_generated))
        except ScoreError as error:
            errors.append(error)
        else:
            influences.append(_influences(scores[-1], partition, its, own) if len(partitions) > 1 else None)
    if not scores:
        raise errors[0]
    each = np.array([score.standardised for score in scores])
    known = [influence for influence in influences if influence is not None]
    spread = float(np.linalg.norm(np.mean(known, axis=0))) if known else 1.0
    spread = spread or 1.0  # every distance of every cell is the same
    standardised = float(each.mean()) / spread
    return PooledScore(
        value=float(np.mean([score.value for score in scores])),
        standardised=standardised,
        spread=float(each.std(ddof=1)) if len(each) > 1 else 0.0,
        p_value=float(stats.norm.cdf(standardised)),
        p_value_under_fit=float(stats.norm.sf(standardised)),
        coverage=float(np.mean([score.coverage for score in scores])),
        by_partition=tuple(scores),
    )


def _influences(
    score: CTScore, partition: Partition, distances: NDArray[np.float64], cells: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return how much each of the m + n pictures moves the standardised C_T by being generated; squares sum to 1.

    Under the null hypothesis the generated pictures of a cell are a random sample of all that lie in it, and their
    mean rank varies as sampling without replacement has it. The products of two partitions' influences, summed,
    are the correlation of their scores.
    """
    together = np.concatenate([distances, partition.test_distances])
    labels = np.concatenate([cells, partition.test_cells])
    influence = np.zeros(len(together))
    for cell in score.cells:
        if cell.used:
            inside = labels == cell.label
            ranks = stats.rankdata(together[inside])
            centred = ranks - ranks.mean()
            length = float(np.linalg.norm(centred))
            if length > 0:
                influence[inside] = cell.n_test * centred / length
    length = float(np.linalg.norm(influence))
    return influence / length if length > 0 else influence
