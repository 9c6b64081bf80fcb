"""The curves that the paper's authors measured, where they are public."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from whorl.lab.studies.panels import CurveLine
from whorl.registry.published import PUBLISHED

_CURVES = Path(__file__).with_name("published_curves.json")


@cache
def published_curves(figure: Literal["figure-1", "figure-2", "figure-5"]) -> Mapping[str, tuple[float, ...]]:
    """Return C_T from layer 1 on, by encoder (figures 1 and 2) or by alteration (figure 5).

    >>> sorted(published_curves("figure-1"))
    ['vit-base', 'vit-huge', 'vit-large']
    """
    found = json.loads(_CURVES.read_text(encoding="utf-8"))[figure]
    return {name: tuple(values) for name, values in found.items()}


@cache
def published_models() -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Return the 18 model samples of Table 1 and Figure 7: architecture, as a zoo names it, and C_T by layer.

    >>> len(published_models())
    18
    """
    rows = [json.loads(line) for line in PUBLISHED.read_text(encoding="utf-8").splitlines() if line.strip()]
    return tuple(
        (_as_in_a_zoo(row["architecture"]), tuple(row["fingerprint"]["parts"]["c_t"])) for row in rows
    )


def published_lines(curves: Mapping[str, tuple[float, ...]]) -> tuple[CurveLine, ...]:
    """Return curves to be drawn beside ours."""
    return tuple(CurveLine(name, values, by="published") for name, values in curves.items())


def _as_in_a_zoo(architecture: str) -> str:
    """Return the paper's name as ours; its BigGAN is BigGAN-deep (section 4.2)."""
    name = architecture.casefold()
    return "biggan-deep" if name == "biggan" else name
