"""Which known model made the pictures, shown: figures, words, a table, one folder. Nothing is computed.

Names are imported on first use, so that matplotlib, jinja2 and rich come in only when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.report.identification.folder import holds_identification, write_identification
    from whorl.report.identification.joined_words import joined_headline
    from whorl.report.identification.overlaid_curves_display import OverlaidCurvesDisplay
    from whorl.report.identification.page import render_identification
    from whorl.report.identification.ranking_display import RankingDisplay
    from whorl.report.identification.table import identification_table
    from whorl.report.identification.words import identification_headline, sure_words

_HOMES = {
    "OverlaidCurvesDisplay": "overlaid_curves_display",
    "RankingDisplay": "ranking_display",
    "holds_identification": "folder",
    "identification_headline": "words",
    "identification_table": "table",
    "joined_headline": "joined_words",
    "render_identification": "page",
    "sure_words": "words",
    "write_identification": "folder",
}

__all__ = [
    "OverlaidCurvesDisplay",
    "RankingDisplay",
    "holds_identification",
    "identification_headline",
    "identification_table",
    "joined_headline",
    "render_identification",
    "sure_words",
    "write_identification",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
