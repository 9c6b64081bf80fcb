"""A Frechet distance ratio as readers see it."""

from __future__ import annotations


def ratio_text(value: float) -> str:
    """Return a ratio with two decimals, so that 1.00 and 1.04 stand in one column; above ten with three figures.

    >>> ratio_text(1.0), ratio_text(9.996), ratio_text(12.34), ratio_text(1234.5)
    ('1.00', '10.0', '12.3', '1,234')
    """
    if value < 9.995:
        return f"{value:.2f}"
    return f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"
