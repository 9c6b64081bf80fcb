"""How far classes stand apart in one space, with what chance gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from whorl.attribution.manifold_names import Kind
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.manifold.frechet_ratio import FDR, fdr
from whorl.manifold.ratio_null import FDRNull, fdr_null
from whorl.structure.held_sets import HeldSets

SCHEMA = "whorl-space-ratio/1"


@dataclass(frozen=True)
class SpaceRatio:
    """The Frechet distance ratio of features of one kind at one layer.

    Attributes:
        layer: which.
        kind: "nearest" for artifacts, "raw" for phi(x) itself, "random" for phi(x) minus a random real picture.
        ratio: with its interval over draws of the halves.
        null: the same with labels dealt to the pictures at random, and p.
    """

    layer: Layer
    kind: Kind
    ratio: FDR
    null: FDRNull

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        parts = {"ratio": self.ratio.to_dict(), "null": self.null.to_dict()}
        return {"schema": SCHEMA, "layer": self.layer, "kind": self.kind} | parts

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SpaceRatio:
        """Return what `to_dict` wrote.

        Raises:
            ScoreError: another schema, or names that do not fit.
        """
        expected = {"schema", "layer", "kind", "ratio", "null"}
        if values.get("schema") != SCHEMA or set(values) != expected or values["kind"] not in get_args(Kind):
            raise ScoreError(f"expected {SCHEMA} with {', '.join(sorted(expected))}; got {sorted(values)}.")
        return cls(
            values["layer"],
            values["kind"],
            FDR.from_dict(values["ratio"]),
            FDRNull.from_dict(values["null"]),
        )


def space_ratio(sets: HeldSets, layer: Layer, kind: Kind, *, components: int, dealings: int) -> SpaceRatio:
    """Measure one kind at one layer.

    Raises:
        ScoreError: as `whorl.manifold.fdr`.
    """
    flat = sets.flat(layer, kind)
    return SpaceRatio(
        layer,
        kind,
        fdr(flat, seed=sets.seed, components=components),
        fdr_null(flat, dealings=dealings, seed=sets.seed, components=components),
    )
