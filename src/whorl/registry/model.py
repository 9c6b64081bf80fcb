"""A known model, and the measurements that a registry holds of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from whorl.registry.provenance import Provenance


@dataclass(frozen=True)
class Measurement:
    """One fingerprint of a model, without its numbers.

    Attributes:
        reference: digest of the Reference, or the name of a published setting.
        digest: the fingerprint's own digest.
        n_pictures: how many pictures were measured.
        provenance: who measured them, when, with which versions.
        reference_note: what the Reference is, in words.
    """

    reference: str
    digest: str
    n_pictures: int
    provenance: Provenance = field(default_factory=Provenance)
    reference_note: str = ""


@dataclass(frozen=True)
class RegisteredModel:
    """A model that a registry knows.

    Attributes:
        name: unique within the registry.
        architecture: what it is an instance of, such as DDPM.
        dataset: what it was trained on; empty where nobody said.
        note: anything else worth knowing.
        measurements: one for each Reference that it was measured on, by the Reference's name.
    """

    name: str
    architecture: str
    dataset: str = ""
    note: str = ""
    measurements: tuple[Measurement, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """The References it was measured on."""
        return tuple(measurement.reference for measurement in self.measurements)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as JSON values, without the numbers of its fingerprints.

        >>> RegisteredModel("a", "DDPM", measurements=(Measurement("r", "d", 500),)).to_dict()["measurements"]
        [{'reference': 'r', 'digest': 'd', 'n_pictures': 500, 'provenance': {'measured_by': '', 'measured_at': '',
        'versions': {}}, 'reference_note': ''}]
        """
        return asdict(self) | {"measurements": [asdict(measurement) for measurement in self.measurements]}
