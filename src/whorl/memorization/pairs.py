"""The nearest (training, generated) pairs of a layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.evidence import Measure

PAIRS_PER_LAYER = 12


@dataclass(frozen=True)
class ClosestPair:
    """A generated picture and the training picture nearest to it at one layer.

    Attributes:
        layer: where they are near.
        generated_id: the generated picture.
        train_id: the training picture; None where the Reference keeps no ids.
        distance: float64, exact, in the Reference's projection of that layer (euclidean, or 1 - |cos|).
        test_share: share of the held-out pictures that lie as near to training or nearer, by `by`.
        by: by which measure it is among the nearest: the distance, or that over how far the training picture is
            from the next.
    """

    layer: Layer
    generated_id: str
    train_id: str | None
    distance: float
    test_share: float
    by: Measure = "distance"


@dataclass(frozen=True, eq=False)
class PairNames:
    """What pairs are called, and what decides among equals.

    Attributes:
        generated: ids of Q.
        order: int64 (m,), the place of each picture of Q in an order that no file name decides.
        train: ids of the Reference's training rows, None where it keeps none.
    """

    generated: Sequence[str]
    order: NDArray[np.int64]
    train: Sequence[str] | None


def nearest_pairs(
    layer: Layer,
    names: PairNames,
    nearness: NDArray[np.float64],
    held_out: NDArray[np.float64],
    nearest: NDArray[np.int64],
    distances: NDArray[np.float64],
    by: Measure = "distance",
) -> Iterator[ClosestPair]:
    """Yield the nearest pairs of a layer, nearest first.

    Args:
        layer: which.
        names: of the pictures.
        nearness: float64 (m,), by what they are ranked.
        held_out: float64 (n,), the same of the held-out pictures, ascending.
        nearest: int64 (m,), rows of the nearest training pictures.
        distances: float64 (m,), to them.
        by: what `nearness` is.
    """
    for row in np.lexsort((names.order, nearness))[:PAIRS_PER_LAYER]:
        share = np.searchsorted(held_out, nearness[row], side="right") / len(held_out)
        train_id = names.train[nearest[row]] if names.train else None
        yield ClosestPair(layer, names.generated[row], train_id, float(distances[row]), float(share), by)
