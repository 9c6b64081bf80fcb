"""What readings of pictures without a key look like, and of pictures that the generator made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from whorl.errors import ScoreError
from whorl.latent.reading.reading import Reading

LEAST = 20
_SLACK = 1.5


@dataclass(frozen=True)
class Calibration:
    """Thresholds learned from readings.

    Attributes:
        residual: grey levels; what leaves more cannot be made by the generator, as far as the reader can tell.
        undecided: mean distance of a reading's bits from the nearer of 0 and 1; a keyed picture has less, and so
            have few pictures without a key. Bits that say nothing have 1/4 on average.
        own, plain: how many pictures with a key, and by the generator without one, it was learned from.
        foreign: how many real and foreign pictures.
        foreign_passed: how many of these leave less than `residual`.
    """

    residual: float
    undecided: float
    own: int
    plain: int
    foreign: int
    foreign_passed: int

    @classmethod
    def fit(
        cls,
        own: Sequence[Reading],
        *,
        plain: Sequence[Reading] = (),
        foreign: Sequence[Reading] = (),
        rate: float = 0.01,
    ) -> Calibration:
        """Learn thresholds.

        Args:
            own: readings of pictures with keys, by the generator.
            plain: of pictures by the generator without a key.
            foreign: of real pictures and those of other generators.
            rate: share of `own` that may be refused by either threshold, where nothing else bounds it, and of
                `plain` that may be as decided as a key.

        Raises:
            ScoreError: too few readings of pictures with keys.
        """
        if len(own) < LEAST:
            raise ScoreError(f"a calibration takes {LEAST} readings of pictures with keys; got {len(own)}.")
        made = float(np.quantile([each.residual for each in own], 1 - rate))
        nearest = min((each.residual for each in foreign), default=np.inf)
        # Between own and foreign pictures, nearer to the own in ratio where there is room.
        residual = float(min(_SLACK * made, max(made, np.sqrt(made * nearest))))
        keyed = float(np.quantile([undecided(each) for each in own], 1 - rate))
        loose = float(np.quantile([undecided(each) for each in plain], rate)) if plain else 0.25
        passed = sum(each.residual <= residual for each in foreign)
        # Rather miss a key of nobody's than find one where there is none: the pictures without a key decide.
        return cls(residual, min(_SLACK * keyed, loose), len(own), len(plain), len(foreign), passed)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibration:
        """Return what `to_dict` described.

        Raises:
            TypeError: a name too many or too few.
        """
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def undecided(reading: Reading) -> float:
    """Return the mean distance of a reading's bits from the nearer of 0 and 1.

    >>> quarter = Reading(np.array([0.25, 1.0]), np.zeros(2), np.zeros(2), 0.3, 1, 1)
    >>> undecided(quarter)
    0.125
    """
    return float(np.abs(reading.soft - reading.bits).mean())
