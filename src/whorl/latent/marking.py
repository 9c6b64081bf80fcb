"""Pictures that were drawn for one user, beside the same without a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from whorl.latent.basis import LatentBasis
    from whorl.latent.mark import Marked


@dataclass(frozen=True, eq=False)
class Marking:
    """What was drawn for a user, and how much the key changed; nothing of the key.

    Attributes:
        user: whose key it is.
        seed: of the latents.
        pictures: uint8 (N, H, W, 3), with the key.
        plain: uint8 (N, H, W, 3), the same latents without it.
        change: float64 (N,), root mean square difference of the two in grey levels of 255.
        bits: length of the key.
        strength: of the basis.
        coding: of the basis.
        basis: its digest.
        generator: its name.
    """

    user: str
    seed: int
    pictures: NDArray[np.uint8]
    plain: NDArray[np.uint8]
    change: NDArray[np.float64]
    bits: int
    strength: float
    coding: str
    basis: str
    generator: str

    @classmethod
    def of(cls, drawn: Marked, basis: LatentBasis, *, user: str, seed: int) -> Marking:
        """Return what may be told of drawn pictures."""
        return cls(
            user,
            seed,
            drawn.pictures,
            drawn.plain,
            drawn.change,
            basis.bits,
            basis.strength,
            basis.coding,
            basis.digest,
            basis.generator.name,
        )

    def __len__(self) -> int:
        """How many pictures."""
        return len(self.pictures)

    @property
    def names(self) -> tuple[str, ...]:
        """A file name for each picture, in order."""
        digits = max(4, len(str(len(self) - 1)))
        return tuple(f"{number:0{digits}}.png" for number in range(len(self)))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values, without the pictures."""
        return {
            "user": self.user,
            "seed": self.seed,
            "pictures": len(self),
            "bits": self.bits,
            "strength": self.strength,
            "coding": self.coding,
            "basis": self.basis,
            "generator": self.generator,
            "change": {
                "mean": float(self.change.mean()),
                "least": float(self.change.min()),
                "most": float(self.change.max()),
                "unit": "root mean square difference in grey levels of 255",
            },
        }
