"""Extended BCH codes: many words of n bits of which each two differ in many places.

Source: Bose and Ray-Chaudhuri, On a class of error correcting binary group codes, Information and Control 3
(1960); the designed distance is a lower bound of the true one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whorl.errors import WhorlError
from whorl.latent.keys.galois_fields import LARGEST, SMALLEST, minimal_polynomial

LEAST_BITS = 4


@dataclass(frozen=True)
class Code:
    """Words of n bits.

    Attributes:
        bits: n.
        m: the code is a BCH code of length 2^m - 1 with a parity bit, shortened to n.
        corrects: t, how many errors the BCH code is designed to correct.

    >>> code_for(32, 1000)
    Code(bits=32, m=5, corrects=5)
    >>> code_for(32, 1000).distance, code_for(32, 1000).capacity
    (12, 2048)
    """

    bits: int
    m: int
    corrects: int

    @cached_property
    def _generator(self) -> int:
        """The generator polynomial: the product of the minimal polynomials of a, a^3, ..., a^(2t - 1)."""
        found = 1
        for polynomial in sorted({minimal_polynomial(self.m, 2 * i + 1) for i in range(self.corrects)}):
            found = _product(found, polynomial)
        return found

    @property
    def information(self) -> int:
        """How many bits choose a word; 0 or less where there is no such code."""
        return self.bits - self._generator.bit_length()

    @property
    def capacity(self) -> int:
        """How many words there are."""
        return 1 << max(0, self.information)

    @property
    def distance(self) -> int:
        """In how many places, at least, two different words differ."""
        return 2 * self.corrects + 2

    def word(self, number: int) -> NDArray[np.uint8]:
        """Return a word, uint8 (bits,) of 0 and 1.

        Args:
            number: which, from 0 to below `capacity`.

        Raises:
            WhorlError: there is no such word.
        """
        if not 0 <= number < self.capacity:
            raise WhorlError(f"this code has the words 0 to {self.capacity - 1:,}; got {number:,}.")
        product = _product(number, self._generator)
        bits = [product >> place & 1 for place in range(self.bits - 1)]
        return np.array([*bits, sum(bits) % 2], dtype=np.uint8)


def code_for(bits: int, users: int) -> Code:
    """Return the code of n bits with words for so many users whose words differ most.

    Args:
        bits: n, from 4 to 1,024.
        users: how many words are needed.

    Raises:
        WhorlError: n is out of range, or no such code has so many words.
    """
    longest = 2**LARGEST
    if not LEAST_BITS <= bits <= longest or users < 1:
        raise WhorlError(
            f"keys have {LEAST_BITS} to {longest:,} bits, for a user or more; got {bits}, {users:,}."
        )
    m, found = _field(bits), None
    for corrects in range(1, 2 ** (m - 1)):
        code = Code(bits, m, corrects)
        if code.information < 1 or code.capacity < users:
            break
        found = code
    if found is None:
        raise WhorlError(
            f"keys of {bits} bits that differ in {Code(bits, m, 1).distance} or more serve {most_users(bits):,} "
            f"users; {users:,} need longer keys."
        )
    return found


def most_users(bits: int) -> int:
    """Return how many users keys of n bits can serve at all, any two differing in four bits or more.

    >>> most_users(8), most_users(32)
    (16, 67108864)
    """
    return Code(bits, _field(bits), 1).capacity


def _field(bits: int) -> int:
    return max(SMALLEST, (bits - 1).bit_length())


def _product(a: int, b: int) -> int:
    """Return the product of two binary polynomials."""
    found = 0
    while b:
        if b & 1:
            found ^= a
        a, b = a << 1, b >> 1
    return found
