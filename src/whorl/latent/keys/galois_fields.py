"""Arithmetic of the fields with 2^m elements, as far as codes need it."""

from __future__ import annotations

from functools import cache

_PRIMITIVE = {
    2: 0b111,
    3: 0b1011,
    4: 0b10011,
    5: 0b100101,
    6: 0b1000011,
    7: 0b10001001,
    8: 0b100011101,
    9: 0b1000010001,
    10: 0b10000001001,
}
SMALLEST, LARGEST = min(_PRIMITIVE), max(_PRIMITIVE)


@cache
def powers(m: int) -> tuple[int, ...]:
    """Return 1, a, a^2, ..., a^(2^m - 2) for a root a of a primitive polynomial, as bits of polynomials in a.

    >>> powers(3)
    (1, 2, 4, 3, 6, 7, 5)
    """
    found, value = [], 1
    for _ in range(2**m - 1):
        found.append(value)
        value <<= 1
        if value >> m:
            value ^= _PRIMITIVE[m]
    return tuple(found)


def multiplied(a: int, b: int, m: int) -> int:
    """Return the product of two elements."""
    if not a or not b:
        return 0
    found = powers(m)
    return found[(found.index(a) + found.index(b)) % len(found)]


@cache
def minimal_polynomial(m: int, exponent: int) -> int:
    """Return the binary polynomial of least degree with a root a^exponent, the bit of x^i at place i.

    >>> bin(minimal_polynomial(3, 1)), bin(minimal_polynomial(3, 3))
    ('0b1011', '0b1101')
    """
    order = 2**m - 1
    coset, place = [], exponent % order
    while place not in coset:
        coset.append(place)
        place = 2 * place % order
    coefficients = [1]  # of the product of (x + root), from the constant up
    for root in (powers(m)[each] for each in coset):
        shifted = [0, *coefficients]
        scaled = [multiplied(root, each, m) for each in coefficients] + [0]
        coefficients = [a ^ b for a, b in zip(shifted, scaled, strict=True)]
    found = 0
    for place, bit in enumerate(coefficients):
        found |= bit << place
    return found
