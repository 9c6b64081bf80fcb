"""Results shown: figures, words, a table for the terminal, one self-contained HTML file. Nothing is computed.

Names are imported on first use, so that ``import whorl.report`` brings in neither matplotlib, jinja2 nor rich.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.report.curve_display import CurveDisplay
    from whorl.report.differences_display import DifferencesDisplay
    from whorl.report.differences_table import DifferencesTable, differences_table
    from whorl.report.entries import ReportEntry, ReportFigure
    from whorl.report.html import render_report, write_report
    from whorl.report.pairs_display import PairsDisplay
    from whorl.report.pictures import PairPictures
    from whorl.report.terminal import ComparisonTable, CurveTable, comparison_table, curve_table
    from whorl.report.words import LevelWords, headline, level_words

_HOMES = {
    "ComparisonTable": "whorl.report.terminal",
    "CurveDisplay": "whorl.report.curve_display",
    "CurveTable": "whorl.report.terminal",
    "DifferencesDisplay": "whorl.report.differences_display",
    "DifferencesTable": "whorl.report.differences_table",
    "LevelWords": "whorl.report.words",
    "PairPictures": "whorl.report.pictures",
    "PairsDisplay": "whorl.report.pairs_display",
    "ReportEntry": "whorl.report.entries",
    "ReportFigure": "whorl.report.entries",
    "comparison_table": "whorl.report.terminal",
    "curve_table": "whorl.report.terminal",
    "differences_table": "whorl.report.differences_table",
    "headline": "whorl.report.words",
    "level_words": "whorl.report.words",
    "render_report": "whorl.report.html",
    "write_report": "whorl.report.html",
}

__all__ = [
    "ComparisonTable",
    "CurveDisplay",
    "CurveTable",
    "DifferencesDisplay",
    "DifferencesTable",
    "LevelWords",
    "PairPictures",
    "PairsDisplay",
    "ReportEntry",
    "ReportFigure",
    "comparison_table",
    "curve_table",
    "differences_table",
    "headline",
    "level_words",
    "render_report",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'whorl.report' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
