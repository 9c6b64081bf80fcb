"""Pictures with keys, shown: what a key changes, and whose it is. Nothing is computed.

Names are imported on first use, so that matplotlib, jinja2 and rich come in only when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.report.latent.marked_pictures_display import MarkedPicturesDisplay
    from whorl.report.latent.marking_folder import (
        check_marking_output,
        holds_marking,
        marking_document,
        write_marking,
    )
    from whorl.report.latent.marking_page import render_marking
    from whorl.report.latent.matching_display import MatchingDisplay
    from whorl.report.latent.reading_folder import holds_reading, reading_document, write_reading
    from whorl.report.latent.reading_page import render_reading
    from whorl.report.latent.tables import marking_table, reading_table
    from whorl.report.latent.words import marking_headline, reading_headline

_HOMES = {
    "MarkedPicturesDisplay": "marked_pictures_display",
    "MatchingDisplay": "matching_display",
    "check_marking_output": "marking_folder",
    "holds_marking": "marking_folder",
    "holds_reading": "reading_folder",
    "marking_document": "marking_folder",
    "marking_headline": "words",
    "marking_table": "tables",
    "reading_document": "reading_folder",
    "reading_headline": "words",
    "reading_table": "tables",
    "render_marking": "marking_page",
    "render_reading": "reading_page",
    "write_marking": "marking_folder",
    "write_reading": "reading_folder",
}

__all__ = [
    "MarkedPicturesDisplay",
    "MatchingDisplay",
    "check_marking_output",
    "holds_marking",
    "holds_reading",
    "marking_document",
    "marking_headline",
    "marking_table",
    "reading_document",
    "reading_headline",
    "reading_table",
    "render_marking",
    "render_reading",
    "write_marking",
    "write_reading",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
