"""The contract of alterations, as something to run."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from whorl.errors import WhorlError

if TYPE_CHECKING:
    from whorl.alterations import Alteration
    from whorl.images.contract import Picture

_SHAPES = ((8, 8), (32, 32), (7, 13), (1, 1), (33, 5))


def check_alteration(alteration: Alteration) -> None:
    """Hold an alteration to the contract `whorl.alterations.Alteration`, on noise of several sizes.

    It has a name, a unit, a level and rising strengths; it gives a fresh uint8 picture of the same shape, the
    same for generators in the same state, without writing to the one it was given; the neutral strength changes
    nothing, and what is no strength is refused. It does not show that stronger is more.

    Raises:
        AssertionError: a breach of the contract, and what it is.

    >>> from whorl.alterations import Noise
    >>> check_alteration(Noise())
    """
    _require(bool(alteration.name) and bool(alteration.unit), "it has no name or no unit")
    _require(alteration.level in ("low", "high"), f"its level is {alteration.level!r}, expected low or high")
    strengths = alteration.strengths
    rising = all(one < other for one, other in pairwise(strengths))
    _require(len(strengths) > 0 and rising, "its strengths do not rise")
    for height, width in _SHAPES:
        picture = np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)
        for strength in (alteration.neutral, *strengths):
            _check_picture(alteration, picture, strength)
        same = alteration.apply(picture, alteration.neutral, np.random.default_rng(0))
        _require(np.array_equal(same, picture), f"strength {alteration.neutral:g} changes a picture")
    for wrong in (-1.0, math.nan, math.inf):
        _check_refused(alteration, wrong)


def _check_picture(alteration: Alteration, picture: Picture, strength: float) -> None:
    before = picture.copy()
    one, other = (alteration.apply(picture, strength, np.random.default_rng(5)) for _ in range(2))
    fits = isinstance(one, np.ndarray) and one.dtype == np.uint8 and one.shape == picture.shape
    _require(fits, f"strength {strength:g} makes uint8 {picture.shape} another shape or type")
    _require(np.array_equal(picture, before), f"strength {strength:g} writes to the picture given")
    _require(
        np.array_equal(one, other), f"strength {strength:g} gives another picture from the same generator"
    )
    _require(not np.shares_memory(one, picture), f"strength {strength:g} gives no fresh array")


def _check_refused(alteration: Alteration, strength: float) -> None:
    try:
        alteration.apply(np.zeros((8, 8, 3), np.uint8), strength, np.random.default_rng(0))
    except WhorlError:
        return
    raise AssertionError(f"not an alteration: it takes {strength} for a strength.")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(f"not an alteration: {message}.")
