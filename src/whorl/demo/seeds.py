"""One seed for the whole demo, a stream of its own for each use."""

from __future__ import annotations

import zlib

import numpy as np

from whorl.errors import WhorlError


def stream(seed: int, use: str) -> int:
    """Return the seed of one use, 0 to 2**32 - 1: uses, and neighbouring seeds, have nothing in common.

    Raises:
        WhorlError: the seed is negative.

    >>> stream(0, "digits") != stream(0, "noise") != stream(1, "noise")
    True
    """
    if seed < 0:
        raise WhorlError(f"seed must be at least 0; got {seed}.")
    sequence = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(use.encode()),))
    return int(sequence.generate_state(1)[0])
