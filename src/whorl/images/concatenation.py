"""Several sources, one after the other."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence

from whorl.images.contract import ImageSource, Picture
from whorl.images.labels import Label, LabelledSource
from whorl.images.names import unique_ids
from whorl.images.source import Source


class Concatenation(Source):
    """The pictures of several sources in order; an id is its part's label, a slash, and its id there.

    Args:
        name: what the user gave.
        parts: the sources.
        labels: one per part.

    >>> import numpy as np
    >>> from whorl.images import open_images
    >>> part = open_images(np.zeros((1, 8, 8), np.uint8))
    >>> Concatenation("both", [part, part], ["a", "b"]).ids
    ('a/row-000000', 'b/row-000000')
    """

    def __init__(self, name: str, parts: Sequence[ImageSource], labels: Sequence[str]) -> None:
        labelled = zip(parts, unique_ids(labels), strict=True)
        super().__init__(name, unique_ids(f"{label}/{each}" for part, label in labelled for each in part.ids))
        self._parts = tuple(parts)
        self._ends = tuple(itertools.accumulate(len(part) for part in parts))

    @property
    def survives_fork(self) -> bool:
        """Whether every part does."""
        return all(getattr(part, "survives_fork", False) for part in self._parts)

    def labels(self) -> Sequence[Label] | None:
        """Return the labels of the parts, or None where one has none."""
        found = [part.labels() if isinstance(part, LabelledSource) else None for part in self._parts]
        known = [labels for labels in found if labels is not None]
        return tuple(itertools.chain.from_iterable(known)) if len(known) == len(found) else None

    def _read(self, index: int) -> Picture:
        part, place = self._at(index)
        return part[place]

    def _digest_at(self, index: int) -> str:
        part, place = self._at(index)
        return part.digest_of(place)

    def _at(self, index: int) -> tuple[ImageSource, int]:
        number = bisect.bisect_right(self._ends, index)
        part = self._parts[number]
        return part, index - (self._ends[number] - len(part))
