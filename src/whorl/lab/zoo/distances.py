"""Frechet distances of several sets of one origin, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class DrawnDistances:
    """Distances of several sets of one origin, none of which shares a picture with another.

    Attributes:
        draws: one for each set.
    """

    draws: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean over the sets."""
        return sum(self.draws) / len(self.draws)

    @property
    def text(self) -> str:
        """The mean, and least and largest where there are several.

        >>> DrawnDistances((7.0, 7.5)).text, DrawnDistances((7.0,)).text
        ('7.25 (7 to 7.5)', '7')
        """
        mean = distance_text(self.mean)
        if len(self.draws) == 1:
            return mean
        return f"{mean} ({distance_text(min(self.draws))} to {distance_text(max(self.draws))})"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "mean": self.mean,
            "least": min(self.draws),
            "largest": max(self.draws),
            "draws": list(self.draws),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_dict` described."""
        return cls(tuple(values["draws"]))


def distance_text(distance: float) -> str:
    """Return a Frechet distance as it is shown.

    >>> distance_text(31978.25), distance_text(7.0765)
    ('31,978', '7.077')
    """
    return f"{distance:,.0f}" if distance >= 1000 else f"{distance:.4g}"
