"""Which known model made each picture, shown: figures, words, a table, one folder. Nothing is computed.

Names are imported on first use, so that matplotlib, jinja2 and rich come in only when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.report.attribution.class_shares_display import ClassSharesDisplay
    from whorl.report.attribution.examples_display import ExamplesDisplay
    from whorl.report.attribution.folder import answers_document, holds_attribution, write_attribution
    from whorl.report.attribution.page import render_attribution
    from whorl.report.attribution.tables import answers_table
    from whorl.report.attribution.words import attribution_headline

_HOMES = {
    "ClassSharesDisplay": "class_shares_display",
    "ExamplesDisplay": "examples_display",
    "answers_document": "folder",
    "answers_table": "tables",
    "attribution_headline": "words",
    "holds_attribution": "folder",
    "render_attribution": "page",
    "write_attribution": "folder",
}

__all__ = [
    "ClassSharesDisplay",
    "ExamplesDisplay",
    "answers_document",
    "answers_table",
    "attribution_headline",
    "holds_attribution",
    "render_attribution",
    "write_attribution",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
