"""How well models are told apart, shown: figures, words, tables, one folder. Nothing is computed.

Names are imported on first use, so that matplotlib, jinja2 and rich come in only when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.report.evaluation.accuracy_display import AccuracyDisplay
    from whorl.report.evaluation.architecture_curves_display import ArchitectureCurvesDisplay
    from whorl.report.evaluation.confusion_display import ConfusionDisplay
    from whorl.report.evaluation.curve_distances_display import CurveDistancesDisplay
    from whorl.report.evaluation.folder import holds_evaluation, write_evaluation
    from whorl.report.evaluation.map_display import MapDisplay
    from whorl.report.evaluation.open_set_display import OpenSetDisplay
    from whorl.report.evaluation.page import render_evaluation
    from whorl.report.evaluation.tables import evaluation_tables
    from whorl.report.evaluation.words import evaluation_lead

_HOMES = {
    "AccuracyDisplay": "accuracy_display",
    "ArchitectureCurvesDisplay": "architecture_curves_display",
    "ConfusionDisplay": "confusion_display",
    "CurveDistancesDisplay": "curve_distances_display",
    "MapDisplay": "map_display",
    "OpenSetDisplay": "open_set_display",
    "evaluation_lead": "words",
    "evaluation_tables": "tables",
    "holds_evaluation": "folder",
    "render_evaluation": "page",
    "write_evaluation": "folder",
}

__all__ = [
    "AccuracyDisplay",
    "ArchitectureCurvesDisplay",
    "ConfusionDisplay",
    "CurveDistancesDisplay",
    "MapDisplay",
    "OpenSetDisplay",
    "evaluation_lead",
    "evaluation_tables",
    "holds_evaluation",
    "render_evaluation",
    "write_evaluation",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
