"""What is remembered of a set of pictures, so that other sets can be compared with it without the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.errors import StorageError
from whorl.files import digest_json

SCHEMA = "whorl-fingerprint/1"


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """Numbers measured on a set of pictures on one Reference.

    Attributes:
        reference: digest of the Reference, or the name of a published setting; fingerprints of different ones must
            never be compared.
        layers: from shallow to deep, L of them.
        n_pictures: how many pictures were measured.
        parts: by name, each float64 of any shape; NaN where there is no such number.
        settings: what else decides the numbers, as JSON values.
    """

    reference: str
    layers: tuple[Layer, ...]
    n_pictures: int
    parts: Mapping[str, NDArray[np.float64]]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Digest of all that it holds: equal digests are equal fingerprints."""
        return digest_json(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return the fingerprint as JSON values; NaN becomes null.

        >>> print_ = Fingerprint("r", (1, 2), 500, {"c_t": np.array([-1.5, np.nan])})
        >>> print_.to_dict()["parts"]
        {'c_t': [-1.5, None]}
        """
        return {
            "schema": SCHEMA,
            "reference": self.reference,
            "layers": list(self.layers),
            "n_pictures": self.n_pictures,
            "parts": {name: _plain(self.parts[name]) for name in sorted(self.parts)},
            "settings": dict(self.settings),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Fingerprint:
        """Rebuild from `to_dict`'s values.

        Raises:
            StorageError: another schema, incomplete, or no numbers.
        """
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            found = data.get("schema") if isinstance(data, Mapping) else type(data).__name__
            raise StorageError(f"expected a fingerprint of schema {SCHEMA}; found {found!r}.")
        try:
            return cls(
                reference=str(data["reference"]),
                layers=tuple(data["layers"]),
                n_pictures=int(data["n_pictures"]),
                parts={name: np.array(part, dtype=np.float64) for name, part in data["parts"].items()},
                settings=dict(data["settings"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise StorageError(f"this fingerprint is incomplete or damaged: {error}.") from error


def _plain(part: NDArray[np.float64]) -> Any:
    whole = np.asarray(part, dtype=np.float64).astype(object)
    whole[~np.isfinite(np.asarray(part, dtype=np.float64))] = None
    return whole.tolist()
