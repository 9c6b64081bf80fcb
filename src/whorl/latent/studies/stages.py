"""Seeds of a study's own draws, apart from all that its bases were learned from."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np

Stage: TypeAlias = Literal["read", "quality", "strength", "seen", "forged", "usual", "washed", "made again"]

_STUDIES = 0x57D1E5


def stage_seed(seed: int, stage: Stage) -> int:
    """Return the seed of one stage of the studies, of 63 bits, from a study's seed.

    A basis draws its components and the pictures of its guess from seeds of its own; read back on these, keys
    would be read better than in pictures that nobody has seen.

    >>> stage_seed(0, "read") == stage_seed(0, "quality")
    False
    """
    place = get_args(Stage).index(stage)
    drawn = np.random.SeedSequence((seed, _STUDIES, place)).generate_state(1, np.uint64)
    return int(drawn[0] >> np.uint64(1))
