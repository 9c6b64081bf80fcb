"""A set of pictures measured on a Reference, from which scores and fingerprints are found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from whorl.encoders.contract import Layer
from whorl.memorization.measured import MeasuredPictures
from whorl.memorization.settings import ReferenceSettings


@dataclass(frozen=True, eq=False)
class MeasuredSet:
    """Q beside T and P at every layer of one Reference; however few pictures Q has.

    Attributes:
        reference: digest of the Reference.
        settings: of the Reference.
        measured: one per layer, from shallow to deep.
        source: what the pictures came from.
        ids: of the pictures, in their order; empty where there are none.
        keys: uint8 (m, 16), digests of the pictures; None where there are none.
        keys_of: what the keys are digests of.
        warnings: what should be known before anything is believed that is found from this.
    """

    reference: str
    settings: ReferenceSettings
    measured: tuple[MeasuredPictures, ...]
    source: str = ""
    ids: tuple[str, ...] = field(default=(), repr=False)
    keys: NDArray[np.uint8] | None = field(default=None, repr=False)
    keys_of: str = ""
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.measured[0].generated)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers' names."""
        return tuple(layer.layer for layer in self.measured)
