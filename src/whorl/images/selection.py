"""Some pictures of a source: chosen ones, a sample, or two disjoint parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whorl.errors import ImageError
from whorl.images.contract import ImageSource, Picture
from whorl.images.labels import Label, LabelledSource
from whorl.images.source import Source

# One stream per use, so that a limit of a source and its split are independent.
_LIMIT, _SPLIT = 0, 1


class Selection(Source):
    """A view on the pictures of a source at the given indices, in the order given; ids stay theirs.

    Args:
        source: the source.
        indices: different indices into it.

    Raises:
        ImageError: no indices, an index twice, or one outside the source.

    >>> from whorl.images import open_images
    >>> Selection(open_images(np.zeros((5, 8, 8), np.uint8)), [3, 1]).ids
    ('row-000003', 'row-000001')
    """

    def __init__(self, source: ImageSource, indices: Sequence[int]) -> None:
        chosen = tuple(int(index) for index in indices)
        if len(set(chosen)) != len(chosen) or any(not 0 <= index < len(source) for index in chosen):
            raise ImageError(
                f"a selection from {source.name} needs different indices from 0 to {len(source) - 1}."
            )
        super().__init__(f"{source.name} ({len(chosen)} of {len(source)})", [source.ids[i] for i in chosen])
        self.source = source
        self.indices = chosen

    @property
    def survives_fork(self) -> bool:
        """Whether the source does."""
        return bool(getattr(self.source, "survives_fork", False))

    def labels(self) -> Sequence[Label] | None:
        """Return the source's own labels of these pictures."""
        labels = self.source.labels() if isinstance(self.source, LabelledSource) else None
        return None if labels is None else tuple(labels[index] for index in self.indices)

    def _read(self, index: int) -> Picture:
        return self.source[self.indices[index]]

    def _digest_at(self, index: int) -> str:
        return self.source.digest_of(self.indices[index])


@dataclass(frozen=True)
class Split:
    """A source in two disjoint parts that together are all of it.

    Attributes:
        rest: what is left.
        held_out: the fraction that was asked for.
    """

    rest: Selection
    held_out: Selection


def limit(source: ImageSource, n: int, *, seed: int) -> ImageSource:
    """Return `n` random pictures in the source's order, none twice; the source itself if it has no more.

    Which indices are drawn depends on the seed and the number of pictures alone. A smaller sample with the
    same seed is part of a larger one.

    Raises:
        ImageError: n < 1.

    >>> from whorl.images import open_images
    >>> len(limit(open_images(np.zeros((5, 8, 8), np.uint8)), 2, seed=0))
    2
    """
    if n < 1:
        raise ImageError(f"a limit must be at least 1 picture, found {n}.")
    if n >= len(source):
        return source
    return Selection(source, sorted(_shuffled(len(source), seed, _LIMIT)[:n]))


def split(source: ImageSource, fraction: float, *, seed: int) -> Split:
    """Hold out a random fraction of the pictures, round(fraction * N); both parts in the source's order.

    Which are held out depends on the seed and the number of pictures alone. Pictures that are stored twice
    can fall on both sides.

    Raises:
        ImageError: one of the parts would be empty.

    >>> from whorl.images import open_images
    >>> parts = split(open_images(np.zeros((10, 8, 8), np.uint8)), 0.2, seed=0)
    >>> len(parts.rest), len(parts.held_out)
    (8, 2)
    """
    count = round(fraction * len(source)) if 0 < fraction < 1 else 0
    if not 0 < count < len(source):
        raise ImageError(
            f"a split of {source.name} ({len(source)} pictures) by {fraction} leaves one part empty; "
            "choose a fraction between 0 and 1 that leaves pictures on both sides."
        )
    order = _shuffled(len(source), seed, _SPLIT)
    return Split(Selection(source, sorted(order[count:])), Selection(source, sorted(order[:count])))


def _shuffled(count: int, seed: int, use: int) -> list[int]:
    stream = np.random.SeedSequence(seed, spawn_key=(use,))
    order: list[int] = np.random.default_rng(stream).permutation(count).tolist()
    return order
