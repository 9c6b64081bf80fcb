"""Some pictures, the real ones nearest to them, and what is left, to look at."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from whorl.embeddings import Embeddings, EncodeOptions
from whorl.encoders.pixels import LAYER as PIXELS
from whorl.errors import ScoreError, WhorlWarning
from whorl.manifold.manifold import Manifold

_QUANTILE = 0.99


@dataclass(frozen=True, eq=False)
class ArtifactExamples:
    """K pictures of one model in the space RGB.

    Attributes:
        pictures: uint8 (K, H, W, 3).
        nearest: uint8 (K, H, W, 3), the real picture that each is projected onto.
        artifacts: float32 (K, H, W, 3), picture minus nearest, -1 to 1.
        distances: float64 (K,), their lengths.
        ids: K names.
        nearest_ids: K names; None where the manifold keeps none.
    """

    pictures: NDArray[np.uint8]
    nearest: NDArray[np.uint8]
    artifacts: NDArray[np.float32]
    distances: NDArray[np.float64]
    ids: tuple[str, ...]
    nearest_ids: tuple[str, ...] | None

    def __len__(self) -> int:
        """Return K."""
        return len(self.ids)

    @property
    def reach(self) -> float:
        """The size of artifacts that 99 % of their values stay within, over all pictures; at least 1/255."""
        return max(1 / 255, float(np.quantile(np.abs(self.artifacts), _QUANTILE)))

    def shown(self, reach: float | None = None) -> NDArray[np.uint8]:
        """Return the artifacts as pictures, uint8 (K, H, W, 3): 0 is grey, `reach` white, -`reach` black.

        One scale for all, so that their strengths can be compared; what is beyond is cut off.
        """
        scale = self.reach if reach is None else reach
        if not scale > 0:
            raise ScoreError(f"reach must be above 0; got {scale}.")
        grey = np.clip(0.5 + self.artifacts / (2 * scale), 0, 1)
        return np.asarray(np.rint(255 * grey), dtype=np.uint8)


def artifact_examples(
    manifold: Manifold, images: Any, *, count: int = 8, seed: int = 0, **options: Unpack[EncodeOptions]
) -> ArtifactExamples:
    """Draw some pictures at random, with their nearest real ones and their artifacts.

    Args:
        manifold: in the space `pixels:S`.
        images: anything `whorl.open_images` takes, or `Embeddings` from `manifold.embed`.
        count: at most so many.
        seed: fixes which; neither their files' names nor order do.
        **options: see `whorl.embeddings.EncodeOptions`.

    Raises:
        ScoreError: a manifold of another space, or count below 1.
        ImageError, EncoderError, StorageError: as `Manifold.project`.

    >>> rng = np.random.default_rng(0)
    >>> real, made = (rng.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8) for n in (30, 9))
    >>> found = artifact_examples(Manifold.fit(real, encoder="pixels:8", cache=None), made, count=4, cache=None)
    >>> found.pictures.shape, found.shown().dtype
    ((4, 8, 8, 3), dtype('uint8'))
    """
    if count < 1 or seed < 0:
        raise ScoreError(f"count must be at least 1 and seed at least 0; got {count} and {seed}.")
    if manifold.layers != (PIXELS,) or manifold.picture_size is None:
        raise ScoreError(
            f"artifacts can be looked at in the space of pixels alone; this manifold has "
            f"{', '.join(map(str, manifold.layers))}. Fit one with encoder='pixels:S'."
        )
    held = manifold.embed(images, **options)
    drawn = np.random.default_rng(np.random.SeedSequence((seed, 6))).permutation(len(held))[:count]
    shown = _some(held, held.canonical_order()[drawn])
    projection = manifold.project(shown)
    features, real = shown.layer(PIXELS), manifold.features[PIXELS][projection.index]
    return ArtifactExamples(
        pictures=_pictures(features, manifold.picture_size),
        nearest=_pictures(real, manifold.picture_size),
        artifacts=_form(features - real, manifold.picture_size),
        distances=projection.distance,
        ids=shown.ids,
        nearest_ids=projection.nearest_ids,
    )


def examples_by_class(
    manifold: Manifold,
    sets: Mapping[str, Any],
    *,
    count: int = 8,
    seed: int = 0,
    **options: Unpack[EncodeOptions],
) -> dict[str, ArtifactExamples]:
    """Draw examples of every class, by sorted label; none outside the space `pixels:S`.

    Arguments and errors are those of `artifact_examples`. That pictures are pictures of the manifold is told by
    what measures them, and not again.
    """
    if manifold.layers != (PIXELS,) or manifold.picture_size is None:
        return {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* are pictures of the manifold", WhorlWarning)
        return {
            label: artifact_examples(manifold, sets[label], count=count, seed=seed, **options)
            for label in sorted(sets)
        }


def _some(held: Embeddings, rows: NDArray[np.int64]) -> Embeddings:
    """Return some pictures alone, so that no others are projected."""
    return replace(
        held,
        ids=tuple(held.ids[int(row)] for row in rows),
        keys=held.keys[rows],
        read=lambda layer, some: held.read(layer, rows[some]),
    )


def _form(flat: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.ascontiguousarray(flat.reshape(-1, 3, *size).transpose(0, 2, 3, 1))


def _pictures(flat: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.rint(255 * _form(flat, size)).clip(0, 255).astype(np.uint8)
