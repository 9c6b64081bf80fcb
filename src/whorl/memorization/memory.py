"""How much memory the fit of one layer may take, and so which way it goes."""

from __future__ import annotations

import re

from whorl.errors import ScoreError

DEFAULT_MEMORY = 2_000_000_000
"""2 GB: 50,000 pictures of raw 32 x 32 pixels (3,072 numbers) fit, so do 100,000 of a ViT-B.

A fixed number, and no share of the machine's memory: the same pictures must give the same numbers everywhere.
"""

_UNITS = {
    "": 1,
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
}
_MOST = 1 << 60
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) *([A-Z]*)", re.ASCII)


def parse_memory(amount: int | str) -> int:
    """Return an amount of memory in bytes.

    Args:
        amount: bytes, or a number with a unit: KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024).

    Raises:
        ScoreError: anything else, less than one byte, or more than any machine has.

    >>> parse_memory("1.5GB"), parse_memory("2 GiB"), parse_memory(512_000_000)
    (1500000000, 2147483648, 512000000)
    """
    if isinstance(amount, int) and not isinstance(amount, bool):
        size = float(amount) if amount < _MOST else float("inf")
    else:
        found = _AMOUNT.fullmatch(amount.strip().upper()) if isinstance(amount, str) else None
        size = float(found[1]) * _UNITS[found[2]] if found and found[2] in _UNITS else 0.0
    if not 1 <= size < _MOST:
        raise ScoreError(
            f"memory is a number of bytes, or a number with a unit such as 512MB, 1.5GB or 2GiB; got {amount!r}."
        )
    return int(size)


def fits_in_memory(shape: tuple[int, int], memory: int) -> bool:
    """Return whether T of this shape (N, D) is fitted in memory.

    It needs 12 bytes a number: float32 as it was read, and float64 as the principal components want it; with
    more columns than rows 20, for their decomposition is as large again.

    >>> fits_in_memory((50_000, 1280), DEFAULT_MEMORY), fits_in_memory((1_000_000, 768), DEFAULT_MEMORY)
    (True, False)
    """
    n, d = shape
    return n * d * (12 if n >= d else 20) <= memory


def together_too_large(size: int, memory: int) -> bool:
    """Return whether the projections of all layers, `size` bytes, move to temporary files: past a quarter."""
    return size > memory // 4
