"""Fingerprints of queries that several methods read, found once."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whorl.evaluation.clock import Clock
from whorl.evaluation.prepared import PreparedSet
from whorl.fingerprints import Fingerprint

_MOST = 50_000


class FingerprintMemo:
    """Parts of fingerprints by set and rows, with the time that each took; all dropped when they are many."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, bytes, str], tuple[NDArray[np.float64], float]] = {}

    def fingerprint(
        self, prepared: PreparedSet, rows: NDArray[np.int64], parts: Sequence[str], clock: Clock
    ) -> Fingerprint:
        """Return the fingerprint of some pictures of a set, and tell the clock how long it takes afresh."""
        found, seconds = {}, 0.0
        for part in parts:
            found[part], taken = self._part(prepared, rows, part)
            seconds += taken
        clock.add("fingerprint", seconds)
        measured = prepared.measurements
        return Fingerprint(measured.reference, measured.layers, len(rows), found)

    def _part(
        self, prepared: PreparedSet, rows: NDArray[np.int64], part: str
    ) -> tuple[NDArray[np.float64], float]:
        key = (prepared.name, rows.tobytes(), part)
        if key not in self._held:
            if len(self._held) >= _MOST:
                self._held.clear()
            started = time.perf_counter()
            value = prepared.measurements.fingerprint(rows, parts=(part,)).parts[part]
            self._held[key] = value, time.perf_counter() - started
        return self._held[key]
