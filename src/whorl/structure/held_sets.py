"""Embedded pictures of several classes, checked once for all that is measured on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.attribution.artifact_features import ArtifactFeatures, form, table_of
from whorl.attribution.features import FeatureTable
from whorl.attribution.manifold_names import Kind
from whorl.embeddings import Embeddings
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.files import bytes_of, digest_bytes
from whorl.manifold.artifacts import Artifacts, artifacts_of
from whorl.manifold.manifold import Manifold
from whorl.manifold.projection import Projection
from whorl.manifold.queries import queries_in

LEAST_PICTURES = 4
"""Of a class: two halves of two."""


@dataclass(frozen=True, eq=False)
class HeldSets:
    """Pictures of M classes in the spaces of one manifold.

    Each picture is projected once in each space: which real picture it falls on is remembered, some tens of bytes,
    and the artifacts, which may be gigabytes, are subtracted again when they are asked for.

    Attributes:
        manifold: real pictures.
        held: for each class its embedded pictures, by sorted label.
        seed: fixes random real pictures.
    """

    manifold: Manifold
    held: Mapping[str, Embeddings]
    seed: int
    _projected: dict[tuple[str, Layer, Kind], Projection] = field(
        default_factory=dict, init=False, repr=False
    )

    @cached_property
    def order(self) -> Mapping[str, NDArray[np.int64]]:
        """For each class its rows in the order of their keys, so that the order of files decides nothing."""
        return {label: each.canonical_order() for label, each in self.held.items()}

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many pictures each class has."""
        return tuple(len(each) for each in self.held.values())

    def tables(self, layer: Layer, kind: Kind = "nearest") -> dict[str, FeatureTable]:
        """Return features of one kind at one layer, float32 (N_i, D), or (N_i, 3, S, S) of pixels, in `order`.

        Raises:
            ScoreError: another space, or NaN.
        """
        shape = form(self.manifold)
        return {
            label: table_of(self._artifacts(label, layer, kind), each, shape).rows(self.order[label])
            for label, each in self.held.items()
        }

    def values(self, layer: Layer, kind: Kind = "nearest") -> dict[str, NDArray[np.float32]]:
        """Return what `tables` holds, the numbers alone."""
        return {label: table.values for label, table in self.tables(layer, kind).items()}

    def flat(self, layer: Layer, kind: Kind = "nearest") -> dict[str, NDArray[np.float32]]:
        """Return `values` as vectors, float32 (N_i, D), in every space."""
        return {label: rows.reshape(len(rows), -1) for label, rows in self.values(layer, kind).items()}

    def _artifacts(self, label: str, layer: Layer, kind: Kind) -> Artifacts:
        held, known = self.held[label], self._projected.get((label, layer, kind))
        if known is not None:
            return artifacts_of(held.layer(layer), self.manifold.features[layer], known)
        found = ArtifactFeatures(self.manifold, layer, kind, self.seed).artifacts(held)
        if found.projection is not None:
            self._projected[label, layer, kind] = found.projection
        return found

    def decided_by(self) -> dict[str, Any]:
        """Return JSON values: equal ones have equal features at every layer."""
        return {
            "manifold": self.manifold.digest,
            "sets": {
                label: [each.encoder, digest_bytes(bytes_of(each.keys[self.order[label]]))]
                for label, each in self.held.items()
            },
            "seed": self.seed,
        }

    def copies(self, layers: Sequence[Layer]) -> tuple[int, ...]:
        """Return how many pictures of each class are pictures of the manifold, after a check of all spaces.

        Raises:
            ScoreError: another space, or NaN.
        """
        found = []
        for each in self.held.values():
            counts = {
                int(np.count_nonzero(asked.copies.count))
                for layer in layers
                for asked in [queries_in(self.manifold, each, layer, leave_self_out=True, told=False)]
            }
            found.append(max(counts))
        return tuple(found)

    def told_apart_at(self, layers: Sequence[Layer]) -> tuple[Layer, ...]:
        """Return the layers at which not all pictures are the same."""
        return tuple(layer for layer in layers if self._differs(layer))

    def _differs(self, layer: Layer) -> bool:
        sets = [each.layer(layer) for each in self.held.values()]
        return any(bool((rows != sets[0][0]).any()) for rows in sets)


def check_sizes(sizes: Mapping[str, int]) -> None:
    """Refuse classes too small for anything, before pictures are read.

    Raises:
        ScoreError: their names and numbers.

    >>> check_sizes({"a": 4, "b": 9})
    """
    small = {label: count for label, count in sizes.items() if count < LEAST_PICTURES}
    if small:
        told = ", ".join(f"{label} has {count}" for label, count in small.items())
        raise ScoreError(
            f"each class needs at least {LEAST_PICTURES} pictures; {told}. Give more, or leave the class out."
        )
