"""What artifacts say of the models: which design choices left a trace, and at which layer models stand apart.

Names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whorl.structure.clusters import choice_traces
    from whorl.structure.design_choices import DesignChoices
    from whorl.structure.examples import ArtifactExamples, artifact_examples, examples_by_class
    from whorl.structure.layer_results import LayerCurve
    from whorl.structure.layer_wise import layer_curve
    from whorl.structure.measure import measure_structure
    from whorl.structure.picture_map import ArtifactMap, artifact_map
    from whorl.structure.spectra import Spectra, artifact_spectra
    from whorl.structure.structure_result import Structure
    from whorl.structure.traces import ChoiceTrace, ChoiceTraces

_HOMES = {
    "ArtifactExamples": "whorl.structure.examples",
    "ArtifactMap": "whorl.structure.picture_map",
    "ChoiceTrace": "whorl.structure.traces",
    "ChoiceTraces": "whorl.structure.traces",
    "DesignChoices": "whorl.structure.design_choices",
    "LayerCurve": "whorl.structure.layer_results",
    "Spectra": "whorl.structure.spectra",
    "Structure": "whorl.structure.structure_result",
    "artifact_examples": "whorl.structure.examples",
    "artifact_map": "whorl.structure.picture_map",
    "artifact_spectra": "whorl.structure.spectra",
    "choice_traces": "whorl.structure.clusters",
    "examples_by_class": "whorl.structure.examples",
    "layer_curve": "whorl.structure.layer_wise",
    "measure_structure": "whorl.structure.measure",
}

__all__ = [
    "ArtifactExamples",
    "ArtifactMap",
    "ChoiceTrace",
    "ChoiceTraces",
    "DesignChoices",
    "LayerCurve",
    "Spectra",
    "Structure",
    "artifact_examples",
    "artifact_map",
    "artifact_spectra",
    "choice_traces",
    "examples_by_class",
    "layer_curve",
    "measure_structure",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
