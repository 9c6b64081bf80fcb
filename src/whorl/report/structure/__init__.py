"""Artifacts and what they reveal, shown: figures, words, tables, one folder. Nothing is computed.

Names are imported on first use, so that matplotlib, jinja2 and rich come in only when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.report.structure.folder import holds_structure, structure_document, write_structure
    from whorl.report.structure.page import render_structure
    from whorl.report.structure.tables import structure_tables
    from whorl.report.structure.words import structure_headline

_HOMES = {
    "holds_structure": "folder",
    "render_structure": "page",
    "structure_document": "folder",
    "structure_headline": "words",
    "structure_tables": "tables",
    "write_structure": "folder",
}

__all__ = [
    "holds_structure",
    "render_structure",
    "structure_document",
    "structure_headline",
    "structure_tables",
    "write_structure",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
