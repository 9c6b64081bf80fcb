"""What artifacts are to be compared with: does nearness of the real picture matter at all?"""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import EncodeOptions
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.manifold.artifacts import Artifacts, artifacts_of
from whorl.manifold.manifold import Manifold
from whorl.manifold.projection import Projection
from whorl.manifold.queries import Queries, queries_in

_BLOCK = 1024


def raw_features(
    manifold: Manifold, images: Any, layer: Layer | None = None, **options: Unpack[EncodeOptions]
) -> Artifacts:
    """Return phi(x_G) itself, float32 (Q, D): no projection.

    Args:
        manifold: in whose space.
        images: anything `whorl.open_images` takes, or `Embeddings` from `manifold.embed`.
        layer: which space; None where the manifold has one.
        **options: see `whorl.embeddings.EncodeOptions`.

    Raises:
        ScoreError, ImageError, EncoderError, StorageError: as `Manifold.project`.

    >>> from whorl.embeddings import from_arrays
    >>> manifold = Manifold.from_embeddings({1: np.eye(2)})
    >>> raw_features(manifold, from_arrays({1: np.array([[3.0, 4.0]])})).values
    array([[3., 4.]], dtype=float32)
    """
    held = manifold.embed(images, **options)
    queries = queries_in(manifold, held, layer, leave_self_out=False, told=False)
    return Artifacts(queries.layer, queries.features, held.ids, "raw", None, manifold.digest)


def random_artifacts(
    manifold: Manifold,
    images: Any,
    layer: Layer | None = None,
    *,
    seed: int = 0,
    leave_self_out: bool = True,
    **options: Unpack[EncodeOptions],
) -> Artifacts:
    """Return phi(x_G) - phi(x) for a random real picture x in place of the nearest one, float32 (Q, D).

    Which x is drawn hangs on the seed, the picture's own key and the manifold: neither on the order of the
    pictures nor on the layer. Pictures with equal pixels get the same one.

    Args:
        manifold: where x is drawn from.
        images: anything `whorl.open_images` takes, or `Embeddings` from `manifold.embed`.
        layer: which space; None where the manifold has one.
        seed: at least 0.
        leave_self_out: draw neither the picture itself nor a copy; see `Manifold.project`.
        **options: see `whorl.embeddings.EncodeOptions`.

    Raises:
        ScoreError, ImageError, EncoderError, StorageError: as `Manifold.project`.

    >>> from whorl.embeddings import from_arrays
    >>> manifold = Manifold.from_embeddings({1: np.array([[0.0], [1.0], [2.0], [3.0]])})
    >>> made = random_artifacts(manifold, from_arrays({1: np.array([[3.5]])}))
    >>> made.kind, float(made.values[0, 0]) in (3.5, 2.5, 1.5, 0.5)
    ('random', True)
    """
    if seed < 0:
        raise ScoreError(f"seed must be at least 0; got {seed}.")
    held = manifold.embed(images, **options)
    queries = queries_in(manifold, held, layer, leave_self_out=leave_self_out)
    index = _drawn(held.keys, queries, seed)
    projection = Projection(
        layer=queries.layer,
        ids=held.ids,
        index=index,
        distance=_distances(queries, index),
        nearest_ids=tuple(manifold.ids[i] for i in index) if manifold.ids else None,
        copies=queries.copies.count,
        left_self_out=leave_self_out,
        onto="random",
        manifold=manifold.digest,
    )
    return artifacts_of(queries.features, queries.real, projection)


def _drawn(keys: NDArray[np.uint8], queries: Queries, seed: int) -> NDArray[np.int64]:
    """Draw a row for each key, uniformly among those that are not left out."""
    index = np.empty(len(keys), dtype=np.int64)
    excluded, n = queries.excluded, len(queries.real)
    for row, key in enumerate(keys):
        sequence = np.random.SeedSequence((seed, int.from_bytes(key.tobytes(), "big")))
        drawn = int(np.random.default_rng(sequence).integers(n - excluded.count[row]))
        index[row] = drawn + (excluded.count[row] if drawn >= excluded.first[row] else 0)
    return index


def _distances(queries: Queries, index: NDArray[np.int64]) -> NDArray[np.float64]:
    distances = np.empty(len(index))
    for start in range(0, len(index), _BLOCK):
        part = slice(start, start + _BLOCK)
        difference = queries.features[part].astype(np.float64) - queries.real[index[part]]
        distances[part] = np.sqrt(np.square(difference).sum(axis=1))
    return distances
