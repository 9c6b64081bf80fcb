"""What a Reference was fitted with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from whorl.errors import ScoreError
from whorl.memorization.c_t import DEFAULT_MIN_GENERATED, SCOPES, Scope
from whorl.neighbors import METRICS, Metric

DEFAULT_PARTITIONS = 5
_LEAST = (("cells", 1), ("min_generated", 1), ("components", 1), ("seed", 0), ("partitions", 1))


@dataclass(frozen=True)
class ReferenceSettings:
    """Settings of a Reference; two curves are comparable only when all of them agree.

    Attributes:
        cells: k-means cells per layer.
        min_generated: a cell counts when it holds more generated pictures than this (tau = it / m).
        components: principal components kept, at most.
        metric: "euclidean", or "abs-cosine" (1 - |cos| on the projection).
        scope: nearest training point in the same "cell", or in "all" of T.
        seed: fixes the k-means starts.
        partitions: how many times T is divided into cells, each time from other starts; C_T is their mean.
    """

    cells: int = 10
    min_generated: int = DEFAULT_MIN_GENERATED
    components: int = 64
    metric: Metric = "euclidean"
    scope: Scope = "cell"
    seed: int = 0
    partitions: int = DEFAULT_PARTITIONS

    def __post_init__(self) -> None:
        for name, least in _LEAST:
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ScoreError(f"{name} must be a whole number of at least {least}; got {value!r}.")
        if self.metric not in METRICS:
            raise ScoreError(f"metric must be one of {', '.join(METRICS)}; got {self.metric!r}.")
        if self.scope not in SCOPES:
            raise ScoreError(f"scope must be one of {', '.join(SCOPES)}; got {self.scope!r}.")

    @property
    def least_generated(self) -> int:
        """The smallest set of generated pictures that is scored: cells * min_generated."""
        return self.cells * self.min_generated

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ReferenceSettings:
        """Rebuild from `to_dict`'s values."""
        return cls(**data)
