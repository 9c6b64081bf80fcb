"""The answer to: which known model made these pictures?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

from whorl.errors import StorageError
from whorl.fingerprints import Fingerprint
from whorl.identification.known import KnownModel
from whorl.identification.rejection import Rejection

SCHEMA = "whorl-identification/1"

Verdict: TypeAlias = Literal["known", "none of these", "not calibrated"]


@dataclass(frozen=True)
class Match:
    """A known model, and how near the pictures are to it.

    Attributes:
        name, architecture, dataset: of the known model.
        distance: by the method; smaller is nearer; in units of that method alone.
        probability: the share of resamplings of the pictures in which this model is the nearest: how sure the
            order is for the pictures at hand, were one of the known models right. None without pictures, and for
            methods whose numbers depend on how many pictures there are.
        n_pictures: how many pictures the known fingerprint was measured on.
    """

    name: str
    architecture: str
    dataset: str
    distance: float
    probability: float | None
    n_pictures: int


@dataclass(frozen=True, eq=False)
class Identification:
    """Known models by their distance, and whether the nearest is near enough.

    Attributes:
        matches: nearest first, at least one.
        method: name of the method.
        rejection: what the distance of the nearest says of 'none of these'.
        reference: digest of the Reference, or the name of a published setting.
        n_pictures: how many pictures were to be identified.
        source: what they came from.
        warnings: what should be known before the answer is believed.
        fingerprint: of the pictures; None on an answer read back from JSON.
        known: the known models in the order of `matches`; empty on an answer read back from JSON.
    """

    matches: tuple[Match, ...]
    method: str
    rejection: Rejection
    reference: str
    n_pictures: int
    source: str = ""
    warnings: tuple[str, ...] = ()
    fingerprint: Fingerprint | None = field(default=None, repr=False)
    known: tuple[KnownModel, ...] = field(default=(), repr=False)

    @property
    def best(self) -> Match:
        """The nearest known model."""
        return self.matches[0]

    @property
    def verdict(self) -> Verdict:
        """Whether the pictures are by a known architecture; 'not calibrated' where too few are known to tell."""
        if self.rejection.p_value is None:
            return "not calibrated"
        return "known" if self.rejection.accepts else "none of these"

    @property
    def margin(self) -> float | None:
        """Distance of the nearest model of another architecture over that of the nearest, 1 or more.

        None where only one architecture is known, the nearest is at distance 0, or the other has no distance.
        """
        others = [match.distance for match in self.matches if match.architecture != self.best.architecture]
        if not others or self.best.distance <= 0 or not math.isfinite(others[0]):
            return None
        return others[0] / self.best.distance

    @property
    def architectures(self) -> dict[str, float]:
        """Probability of each architecture, the sum over its models, largest first; empty without pictures."""
        found: dict[str, float] = {}
        for match in self.matches:
            if match.probability is None:
                return {}
            found[match.architecture] = found.get(match.architecture, 0.0) + match.probability
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON values; infinite distances become null."""
        return {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "best": self.best.name,
            "architecture": self.best.architecture,
            "margin": self.margin,
            "method": self.method,
            "reference": self.reference,
            "n_pictures": self.n_pictures,
            "source": self.source,
            "matches": [_finite(asdict(match)) for match in self.matches],
            "architectures": self.architectures,
            "rejection": _finite(self.rejection.to_dict()),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Identification:
        """Rebuild from `to_dict`'s values, without fingerprints.

        Raises:
            StorageError: another schema, or incomplete.
        """
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
            raise StorageError(f"expected an identification of schema {SCHEMA}; found {found!r}.")
        try:
            return cls(
                matches=tuple(Match(**_infinite(match)) for match in data["matches"]),
                method=data["method"],
                rejection=Rejection.from_dict(data["rejection"]),
                reference=data["reference"],
                n_pictures=data["n_pictures"],
                source=data["source"],
                warnings=tuple(data["warnings"]),
            )
        except (KeyError, TypeError) as error:
            raise StorageError(f"this identification is incomplete or damaged: {error}.") from error


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and v == float("inf") else v for k, v in values.items()}


def _infinite(match: Mapping[str, Any]) -> dict[str, Any]:
    distance = match["distance"]
    return {**match, "distance": float("inf") if distance is None else distance}
