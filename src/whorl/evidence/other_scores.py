"""Scores that others put forward against the same question, on the same embeddings, beside C_T."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from whorl.encoders.contract import Layer
from whorl.evidence.authenticity import Authenticity
from whorl.evidence.calibrated_distance import CalibratedDistance
from whorl.evidence.distance_ratio import DistanceRatio
from whorl.evidence.tail_share import TailShare


@dataclass(frozen=True)
class OtherScores:
    """One layer's scores beside C_T; none of them decides the verdict.

    Attributes:
        layer: which.
        authenticity: AuthPct. Small: copies.
        distance_ratio: DCR. A large share: copies.
        calibrated_distance: after Carlini et al. Small: copies.
    """

    layer: Layer
    authenticity: Authenticity
    distance_ratio: DistanceRatio
    calibrated_distance: CalibratedDistance

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> OtherScores:
        """Rebuild from `to_dict`'s values."""
        calibrated = data["calibrated_distance"]
        return cls(
            data["layer"],
            Authenticity(**data["authenticity"]),
            DistanceRatio(**data["distance_ratio"]),
            CalibratedDistance(**{**calibrated, "tail": TailShare(**calibrated["tail"])}),
        )
