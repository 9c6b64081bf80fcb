"""The nearest (training, generated) pairs at each layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from whorl.embeddings import Embeddings
from whorl.memorization.curve import ClosestPair, LayerPictures

PAIRS_PER_LAYER = 12


def closest_pairs(
    layers: Iterable[LayerPictures], generated: Embeddings, train_ids: tuple[str, ...] | None
) -> Iterator[ClosestPair]:
    """Yield each layer's nearest pairs, nearest first; equal distances in an order that no file name decides.

    Args:
        layers: the numbers per picture.
        generated: Q embedded.
        train_ids: ids of the Reference's training rows, None where it keeps none.
    """
    rank = np.empty(len(generated), dtype=np.int64)
    rank[generated.canonical_order()] = np.arange(len(generated))
    for part in layers:
        for row in np.lexsort((rank, part.nearest_distances))[:PAIRS_PER_LAYER]:
            yield ClosestPair(
                layer=part.layer,
                generated_id=generated.ids[row],
                train_id=train_ids[part.nearest[row]] if train_ids else None,
                distance=float(part.nearest_distances[row]),
                test_share=float(part.test_shares[row]),
            )
