"""What each picture of a set adds to the copying statistics: its placements, cells and tails, at every layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.evidence import CellDistances
from whorl.memorization.measured import MeasuredPictures

TAIL_LEVEL = 0.05


def copying_numbers(
    layers: Sequence[MeasuredPictures],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return F numbers of each generated and of each held-out picture, all about 0 on average for held-out ones.

    For each layer: the placement (the share of the cell's held-out pictures that are nearer to training, less
    1/2), mean over the partitions; whether the picture is below the held-out pictures' 5 % quantile of the
    distance, and of the distance relative to the spacing; and for each partition and cell the placement where the
    picture is in that cell, 0 where it is not: summed over pictures, the cell's Mann-Whitney U, up to constants.

    Args:
        layers: of one set.

    Returns:
        float64 (m, F) and (n, F).
    """
    columns: list[NDArray[np.float64]] = []
    m = len(layers[0].generated)
    for layer in layers:
        by_cell = [_placed(part, m) for part in layer.partitions]
        placement = np.sum([each.sum(axis=1) for each in by_cell], axis=0) / len(by_cell)
        columns.append(placement[:, None])
        columns += [
            _tail(values, m)[:, None] for values in (layer.distances.nearness, layer.distances.relative)
        ]
        columns += by_cell
    numbers = np.concatenate(columns, axis=1)
    return numbers[:m], numbers[m:]


def _placed(part: CellDistances, m: int) -> NDArray[np.float64]:
    """Return each picture's placement less 1/2 in the column of its cell, (m + n, K)."""
    result = np.zeros((len(part.cells), len(part.scored)))
    for cell in np.flatnonzero(part.scored):
        inside = part.cells == cell
        scale = np.sort(part.distances[m:][inside[m:]])
        if len(scale):
            sides = [np.searchsorted(scale, part.distances[inside], side) for side in ("left", "right")]
            result[inside, cell] = (sides[0] + sides[1]) / (2 * len(scale)) - 0.5
    return result


def _tail(values: NDArray[np.float64], m: int) -> NDArray[np.float64]:
    limit = np.quantile(values[m:], TAIL_LEVEL, method="inverted_cdf")
    return np.asarray((values <= limit) - TAIL_LEVEL, np.float64)
