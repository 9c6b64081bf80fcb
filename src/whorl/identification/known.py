"""A model that pictures may be by."""

from __future__ import annotations

from dataclasses import dataclass

from whorl.fingerprints import Fingerprint


@dataclass(frozen=True, eq=False)
class KnownModel:
    """A model and its fingerprint on one Reference.

    Attributes:
        name: the model's.
        architecture: what it is an instance of.
        fingerprint: of its pictures.
        dataset: what it was trained on; empty: not said.
    """

    name: str
    architecture: str
    fingerprint: Fingerprint
    dataset: str = ""
