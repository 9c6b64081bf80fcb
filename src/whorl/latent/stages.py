"""One seed, and latents of its own for each use of it."""

from __future__ import annotations

import zlib
from typing import Literal, TypeAlias

import numpy as np

Stage: TypeAlias = Literal[
    "directions",
    "strength",
    "warm start",
    "calibration: keys",
    "calibration: pictures with a key",
    "calibration: pictures without a key",
    "study: read",
    "study: quality",
    "study: strength",
    "study: seen",
    "study: forged",
    "study: usual",
    "study: washed",
    "study: made again",
]


def stage_seed(seed: int, stage: Stage) -> int:
    """Return the seed of one use, 0 to 2^63 - 1.

    Latents that a reader's guess was learned from must not be those that it is tried on, whatever seeds a user
    gives to which command: seed + 1 is somebody's seed too, and a stage of it is nobody's.

    Args:
        seed: 0 or more.
        stage: what the latents are for.

    >>> stage_seed(0, "warm start") not in (0, 1, stage_seed(1, "warm start"), stage_seed(0, "directions"))
    True
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(stage.encode()),))
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))
