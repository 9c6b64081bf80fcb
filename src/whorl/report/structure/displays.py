"""The figures of a structure, by the names that their files have."""

from __future__ import annotations

from collections.abc import Mapping

from whorl.report.structure.artifact_map_display import ArtifactMapDisplay
from whorl.report.structure.artifacts_display import ArtifactsDisplay
from whorl.report.structure.choices_display import ChoicesDisplay
from whorl.report.structure.class_styles import class_styles
from whorl.report.structure.layer_curve_display import LayerCurveDisplay
from whorl.report.structure.ratios_display import RatiosDisplay
from whorl.report.structure.spectra_display import SpectraDisplay
from whorl.structure.examples import ArtifactExamples
from whorl.structure.structure_result import Structure

NAMES = ("layers", "ratios", "choices", "map", "spectra", "examples")

StructureDisplay = (
    LayerCurveDisplay
    | RatiosDisplay
    | ChoicesDisplay
    | ArtifactMapDisplay
    | SpectraDisplay
    | ArtifactsDisplay
)


def structure_displays(
    found: Structure, examples: Mapping[str, ArtifactExamples]
) -> dict[str, StructureDisplay]:
    """Return a figure for each part that was measured, in the order in which a page shows them."""
    made: dict[str, StructureDisplay] = {}
    styles = class_styles(found.labels)
    if found.curve is not None:
        made["layers"] = LayerCurveDisplay(found.curve)
    if found.ratios:
        made["ratios"] = RatiosDisplay(found.ratios)
    if found.choices is not None:
        made["choices"] = ChoicesDisplay(found.choices)
    if found.map is not None:
        made["map"] = ArtifactMapDisplay(found.map, styles=styles)
    if found.spectra is not None:
        made["spectra"] = SpectraDisplay(found.spectra, styles=styles)
    if examples:
        made["examples"] = ArtifactsDisplay(examples)
    return made
