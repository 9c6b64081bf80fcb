"""Which layer to trust for low level, and which for high level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whorl.alterations import Level
from whorl.encoders.contract import Layer
from whorl.errors import ScoreError
from whorl.sensitivity.profile import Interval, SensitivityProfile, mean_of_level

_LEAST_RESPONSE = 1e-6
"""A layer that does not move at all counts as moving so much, so that the contrast stays a number."""


LEAST_RISE = float(np.log(1.25))
"""Below it two layers hardly differ: beside detail, arrangement counts less than a quarter more at the one than at
the other. A convention, not a test: a ViT-Tiny's contrast rises by 1.15, that of random weights by 0.03 or
0.10."""


@dataclass(frozen=True)
class LayerChoice:
    """One layer for low level and one for high level.

    Attributes:
        low, high: the layers.
        low_contrast, high_contrast: their contrasts; see `contrasts`.
        rise: from the one to the other.
        interval: 95 %, of the rise between these two layers; None where the profile does not have it.
        low_wins, high_wins: in how many of the resamples each was chosen again.
        resamples: how many there were.
    """

    low: Layer
    high: Layer
    low_contrast: float
    high_contrast: float
    low_wins: int
    high_wins: int
    resamples: int
    rise: float
    interval: Interval | None = None

    @property
    def layers(self) -> tuple[Layer, Layer]:
        """Both, the shallower first."""
        return self.low, self.high

    @property
    def hardly_differ(self) -> bool:
        """Whether the two layers are not of clearly different level.

        So when the rise is less than `LEAST_RISE`, or its interval reaches 0.
        """
        return self.rise < LEAST_RISE or (self.interval is not None and self.interval.low <= 0)

    def to_dict(self) -> dict[str, Any]:
        """Return the choice as JSON values."""
        return asdict(self) | {"hardly_differ": self.hardly_differ}


@dataclass(frozen=True)
class Pair:
    """Two layers by their place, the low-level one first."""

    low: int
    high: int


def contrasts(response: NDArray[np.float64], levels: Sequence[Level]) -> NDArray[np.float64]:
    """Return each layer's contrast, log(mean response to high-level alterations / to low-level ones).

    Large: the layer notices how parts are arranged rather than how fine detail looks. Only differences between
    layers mean anything: the contrast itself hangs on how strong the alterations are.

    Args:
        response: float64 (..., L, A, S).
        levels: A of them, both kinds.

    Returns:
        float64 (..., L).

    >>> contrasts(np.array([[[0.1], [0.2]], [[0.2], [0.2]]]), ["high", "low"]).round(3)
    array([-0.693,  0.   ])
    """
    kinds: tuple[Level, Level] = ("high", "low")
    high, low = (mean_of_level(response, levels, level).clip(_LEAST_RESPONSE) for level in kinds)
    return np.asarray(np.log(high / low), dtype=np.float64)


def best_pair(values: NDArray[np.float64]) -> Pair | None:
    """Return the two layers, the first shallower, between which the contrast rises most; None where it never does.

    The first such pair among equals. Where the contrast rises with depth, these are its smallest and its largest.

    Args:
        values: float64 (L,), the contrasts from shallow to deep.

    >>> best_pair(np.array([0.3, -0.2, 0.1, 0.2])), best_pair(np.array([0.3, 0.1]))
    (Pair(low=1, high=3), None)
    """
    rises = np.triu(values[None, :] - values[:, None], 1)
    low, high = np.unravel_index(int(rises.argmax()), rises.shape) if rises.size else (0, 0)
    return Pair(int(low), int(high)) if rises.size and rises[low, high] > 0 else None


def rise_interval(values: NDArray[np.float64], of_draws: NDArray[np.float64]) -> Interval | None:
    """Return a 95 % interval of the rise between the two layers that `best_pair` takes; None where there are none.

    The layers are those of the pictures as they are, the same in every draw: between a draw's own best pair it
    would always rise.

    Args:
        values: float64 (L,), the contrasts.
        of_draws: float64 (B, L), those of each resample.

    >>> rise_interval(np.array([0.0, 1.0]), np.array([[0.0, 0.5], [0.0, 1.5]]))
    Interval(low=0.525, high=1.475)
    """
    pair = best_pair(values)
    if pair is None:
        return None
    low, high = np.quantile(of_draws[:, pair.high] - of_draws[:, pair.low], (0.025, 0.975))
    return Interval(float(low), float(high))


def choose(profile: SensitivityProfile) -> LayerChoice:
    """Choose the low-level and the high-level layer of a profile.

    The pair, the low-level layer the shallower, between which the contrast rises most: from where fine detail
    counts most beside arrangement to where it counts least.

    Raises:
        ScoreError: fewer than two layers, or the contrast nowhere rises from a layer to a deeper one.
    """
    if len(profile.layers) < 2:
        raise ScoreError(
            f"there is one layer to choose from ({profile.layers[0]}); a low-level and a high-level layer need at "
            "least two. Name the layers instead of 'auto', or take an encoder with more."
        )
    values = contrasts(profile.response, profile.levels)
    pair = best_pair(values)
    if pair is None:
        raise ScoreError(
            "no layer of this encoder responds more to how parts are arranged, beside fine detail, than a "
            "shallower one, so none can be called its high-level layer. Name the layers instead of 'auto'."
        )
    return LayerChoice(
        low=profile.layers[pair.low],
        high=profile.layers[pair.high],
        low_contrast=float(values[pair.low]),
        high_contrast=float(values[pair.high]),
        low_wins=int(profile.low_wins[pair.low]),
        high_wins=int(profile.high_wins[pair.high]),
        resamples=profile.resamples,
        rise=float(values[pair.high] - values[pair.low]),
        interval=profile.rise,
    )
