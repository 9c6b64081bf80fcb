"""Names and numbers as readers see them: nothing invisible, nothing more exact than it is."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from whorl.encoders.contract import Layer

# Below this, the normal approximation behind the p-values no longer deserves a figure of its own.
_LEAST_P = 1e-9
# Joiners that real scripts need; every other invisible character could make one name look like another.
_JOINERS = "\u200c\u200d"


def plain(text: str) -> str:
    r"""Return the text with control, direction and undecodable characters written out.

    Picture ids are file names of strangers: they may hold line breaks, right-to-left overrides, or bytes
    that are no text (surrogates, which no file in UTF-8 can hold).

    >>> print(plain("gpj.\u202eexe"))
    gpj.\u202eexe
    """
    return "".join(letter if _visible(letter) else _escaped(letter) for letter in text)


def shorten(text: str, limit: int) -> str:
    """Return `plain(text)`, its middle left out where it is longer than `limit`.

    >>> shorten("samples/epoch-0400/picture-000017.png", 21)
    'samples/ep…000017.png'
    """
    shown = plain(text)
    if len(shown) <= limit:
        return shown
    head = (limit - 1) // 2
    return f"{shown[:head]}…{shown[len(shown) - (limit - 1 - head) :]}"


def signed(value: float, digits: int = 1) -> str:
    """Return a number with its sign, a true minus, and no signed zero.

    >>> signed(-27.123), signed(2.0), signed(-0.01)
    ('−27.1', '+2.0', '0.0')
    """
    if not math.isfinite(value):
        return "none" if math.isnan(value) else ("−∞" if value < 0 else "+∞")
    shown = f"{value:+.{digits}f}"
    return shown[1:] if float(shown) == 0 else shown.replace("-", "−")


def p_number(p: float) -> str:
    """Return a p-value as a number with two figures; below 1e-9 only that it is below.

    >>> p_number(0.0312), p_number(4.2e-7), p_number(1e-160), p_number(1.0)
    ('0.031', '4.2e-7', '< 1e-9', '1')
    """
    return "< 1e-9" if p < _LEAST_P else f"{p:.2g}".replace("e-0", "e-")


def p_equation(p: float) -> str:
    """Return ``p = ...`` or ``p < ...``.

    >>> p_equation(0.0312), p_equation(0)
    ('p = 0.031', 'p < 1e-9')
    """
    number = p_number(p)
    return f"p {number}" if number.startswith("<") else f"p = {number}"


def how_often(p: float) -> str:
    """Return a probability in words.

    >>> how_often(1e-12), how_often(0.0004), how_often(0.34), how_often(1.0)
    ('less than once in a billion comparisons', 'about once in 2,500 comparisons',
     'in about 34 of 100 comparisons', 'in practically every comparison')
    """
    if p < _LEAST_P:
        return "less than once in a billion comparisons"
    if p < 1e-6:
        return "less than once in a million comparisons"
    if p < 0.01:
        return f"about once in {float(f'{1 / p:.2g}'):,.0f} comparisons"
    if p < 0.995:
        return f"in about {100 * p:.0f} of 100 comparisons"
    return "in practically every comparison"


def percent(share: float) -> str:
    """Return a share in percent, never rounded up to all or down to none.

    >>> percent(1.0), percent(0.9999), percent(0.0012), percent(0.00002), percent(0)
    ('100 %', '> 99.9 %', '0.1 %', '< 0.1 %', '0 %')
    """
    if 0.999 < share < 1:
        return "> 99.9 %"
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def counted(count: int, what: str) -> str:
    """Return a number and what it counts.

    >>> counted(1, "set"), counted(1200, "set")
    ('1 set', '1,200 sets')
    """
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def layer_span(layers: Sequence[Layer]) -> str:
    """Return layers as a reader would say them.

    >>> layer_span((1, 2, 3, 4)), layer_span((3,)), layer_span(("stem", "head")), layer_span((1, 5))
    ('layers 1 to 4', 'layer 3', 'layers stem, head', 'layers 1, 5')
    """
    names = [plain(str(layer)) for layer in layers]
    if len(names) == 1:
        return f"layer {names[0]}"
    first = layers[0]
    if len(names) > 2 and isinstance(first, int) and list(layers) == list(range(first, first + len(layers))):
        return f"layers {names[0]} to {names[-1]}"
    return f"layers {', '.join(names)}"


def _visible(letter: str) -> bool:
    return letter.isprintable() or letter in _JOINERS or unicodedata.category(letter) == "Zs"


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
