"""What a study draws, as numbers: curves over depth, cells, rates, pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whorl.images.contract import Picture

By: TypeAlias = Literal["ours", "published"]


@dataclass(frozen=True)
class CurveLine:
    """C_T at each layer of one encoder.

    Attributes:
        name: what the legend says; lines of one name look alike, and it says it once.
        values: (L,), NaN where there is none.
        low, high: 95 % interval of each; empty without.
        by: whose numbers they are; the paper's are dashed.
    """

    name: str
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    by: By = "ours"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values; None where there is no number."""
        return {
            "name": self.name,
            "by": self.by,
            "values": finite(self.values),
            "low": finite(self.low),
            "high": finite(self.high),
        }


@dataclass(frozen=True)
class CurvesPanel:
    """C_T against depth: the layer over the number of layers, so that encoders of any depth share an axis."""

    title: str
    lines: tuple[CurveLine, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"kind": "curves", "title": self.title, "lines": [line.to_dict() for line in self.lines]}


@dataclass(frozen=True)
class CellsPanel:
    """A number for each pair of names; those of one group stand together.

    Attributes:
        title: what the numbers are.
        names: N of them.
        groups: what each belongs to.
        values: (N, N); the diagonal, where each meets itself, is not drawn.
        lowest, highest: the ends of the scale.
    """

    title: str
    names: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    lowest: float
    highest: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "kind": "cells",
            "title": self.title,
            "names": list(self.names),
            "groups": list(self.groups),
            "values": [finite(row) for row in self.values],
            "lowest": self.lowest,
            "highest": self.highest,
        }


@dataclass(frozen=True)
class RateRow:
    """A share from 0 to 1 with its interval, and the paper's own beside it."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    published: float | None = None


@dataclass(frozen=True)
class RatesPanel:
    """Shares, one below the other.

    Attributes:
        title: what they are shares of.
        rows: one each.
        chance: what guessing gives; None where that has no meaning.
    """

    title: str
    rows: tuple[RateRow, ...]
    chance: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        rows = [
            {"name": r.name, "value": r.value, "low": r.low, "high": r.high, "published": r.published}
            for r in self.rows
        ]
        return {"kind": "rates", "title": self.title, "chance": self.chance, "rows": rows}


@dataclass(frozen=True)
class PictureRow:
    """Some pictures, uint8 (H, W, 3) each, and what they are."""

    name: str
    pictures: tuple[Picture, ...] = field(repr=False)
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class PicturesPanel:
    """Rows of pictures; their pixels are drawn, and not kept as numbers."""

    title: str
    rows: tuple[PictureRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        rows = [{"name": row.name, "ids": list(row.ids)} for row in self.rows]
        return {"kind": "pictures", "title": self.title, "rows": rows}


Panel: TypeAlias = CurvesPanel | CellsPanel | RatesPanel | PicturesPanel


def apart_from_itself(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the lowest and the highest number off the diagonal, (N, N), NaN left out.

    >>> apart_from_itself(np.array([[1.0, 0.2], [0.4, 1.0]]))
    (0.2, 0.4)
    """
    others = values[~np.eye(len(values), dtype=bool)]
    return float(np.nanmin(others)), float(np.nanmax(others))


def finite(values: Sequence[float]) -> list[float | None]:
    """Return numbers for JSON, None for NaN and infinity.

    >>> finite([1.0, math.nan])
    [1.0, None]
    """
    return [float(value) if math.isfinite(value) else None for value in values]
