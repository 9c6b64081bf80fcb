"""The range of a strength."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from whorl.errors import WhorlError

if TYPE_CHECKING:
    from whorl.alterations.contract import Alteration


def check_strength(alteration: Alteration, strength: float, *, least: float, most: float = math.inf) -> None:
    """Refuse a strength out of range.

    Raises:
        WhorlError: it is no finite number from `least` to `most`.
    """
    if not (math.isfinite(strength) and least <= strength <= most):
        span = f"at least {least:g}" if math.isinf(most) else f"from {least:g} to {most:g}"
        raise WhorlError(f"{alteration.name} takes {alteration.unit} {span}; got {strength!r}.")
