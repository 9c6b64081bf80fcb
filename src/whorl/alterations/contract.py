"""What every alteration offers: one known change to a picture, in degrees of strength."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np

from whorl.images.contract import Picture

Level: TypeAlias = Literal["low", "high"]
"""What an alteration destroys: low level (fine detail, texture, noise) or high level (how parts are arranged)."""


@runtime_checkable
class Alteration(Protocol):
    """A change to a picture whose strength is known.

    One that is made of more than its name tells (weights, other pictures) also has `digest`, which covers these
    and becomes part of the altered pictures' digests. One that must not run in a forked process has
    `survives_fork`, False.

    `whorl.checks.check_alteration` holds an implementation to this contract.
    """

    @property
    def name(self) -> str:
        """One word or a few, as a reader would say it; it is part of the altered pictures' digests."""
        ...

    @property
    def level(self) -> Level:
        """What it destroys; what it leaves as it was is the other level."""
        ...

    @property
    def unit(self) -> str:
        """What a strength counts."""
        ...

    @property
    def neutral(self) -> float:
        """The strength that changes nothing."""
        ...

    @property
    def strengths(self) -> tuple[float, ...]:
        """The grades that a sensitivity profile measures, from weak to strong."""
        ...

    @property
    def published(self) -> float | None:
        """The strength of the altered data sets in arXiv 2407.21159, section 4.1; None where it has none."""
        ...

    def apply(self, picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
        """Return the altered picture, a fresh uint8 array of the same shape (H, W, 3).

        Args:
            picture: uint8 (H, W, 3), of any size; not written to.
            strength: in `unit`s.
            rng: the one source of chance; equal states give equal pictures.

        Raises:
            WhorlError: a strength out of range.
        """
        ...
