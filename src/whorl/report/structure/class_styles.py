"""One colour and one mark for each class, the same in every figure of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from whorl.attribution.labels import REAL
from whorl.report.palette import INK, LineStyle, line_style

REAL_STYLE = LineStyle(INK, (0, (5, 1.8)), "*")
"""Of real pictures: dark and dashed, as no model is."""


def class_styles(labels: Iterable[str]) -> dict[str, LineStyle]:
    """Return a style for each class, models in alphabetical order and real pictures behind them.

    Whether real pictures are among them changes no model's style.

    >>> with_real, without = class_styles(["b", "real", "z", "a"]), class_styles(["a", "z", "b"])
    >>> list(with_real), all(with_real[name] == style for name, style in without.items())
    (['a', 'b', 'z', 'real'], True)
    """
    names = set(labels)
    free = (style for style in map(line_style, count()) if style.colour != INK)
    found = {name: next(free) for name in sorted(names - {REAL})}
    return found | ({REAL: REAL_STYLE} if REAL in names else {})


def styles_of(labels: Iterable[str], given: Mapping[str, LineStyle] | None) -> dict[str, LineStyle]:
    """Return the styles that a figure of some classes needs: a page's, else those of `class_styles`."""
    names = tuple(labels)
    if given is None:
        return class_styles(names)
    return {name: style for name, style in given.items() if name in names}
