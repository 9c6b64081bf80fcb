"""The figures and tables of arXiv 2407.21159, each redrawn by one command on any data, encoder and generators.

Names are imported on first use, so that nothing heavy comes in before a study runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.lab.studies.result import Claim, StudyResult
    from whorl.lab.studies.run import run_study
    from whorl.lab.studies.studies import STUDIES

_HOMES = {"Claim": "result", "StudyResult": "result", "run_study": "run", "STUDIES": "studies"}

__all__ = ["STUDIES", "Claim", "StudyResult", "run_study"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
