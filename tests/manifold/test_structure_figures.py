"""Figures of artifacts draw in both sizes, and say in words what they show."""

from xml.etree import ElementTree

import numpy as np
import pytest

from whorl.embeddings import from_arrays
from whorl.errors import WhorlError
from whorl.manifold import Manifold
from whorl.report.structure.artifact_map_display import ArtifactMapDisplay
from whorl.report.structure.artifacts_display import ArtifactsDisplay
from whorl.report.structure.choices_display import ChoicesDisplay
from whorl.report.structure.layer_curve_display import LayerCurveDisplay
from whorl.report.structure.spectra_display import SpectraDisplay
from whorl.structure import (
    ChoiceTraces,
    DesignChoices,
    artifact_examples,
    artifact_map,
    artifact_spectra,
    choice_traces,
    layer_curve,
)

HOSTILE = "$\\frac{</title><script>\u202e"
NAMES = ("one", "two", HOSTILE)


def noise(shift=0.0, shape=(24, 3, 8, 8), seed=0):
    return np.random.default_rng(seed).normal(shift, 1, size=shape)


@pytest.fixture(scope="module")
def displays(real, made):
    sets = {name: noise(place, seed=place) for place, name in enumerate(NAMES)}
    table = DesignChoices(
        {name: {"loss": "l1" if name == "one" else HOSTILE, HOSTILE: name} for name in NAMES}
    )
    manifold = Manifold.from_embeddings({layer: noise(shape=(50, 4), seed=9) for layer in (1, 2)})
    held = {name: from_arrays({n: noise(i * n, (24, 4), i) for n in (1, 2)}) for i, name in enumerate(NAMES)}
    pixels = Manifold.fit(real, encoder="pixels:8", cache=None)
    examples = {
        name: artifact_examples(pixels, made, count=3 + i, cache=None) for i, name in enumerate(NAMES)
    }
    return {
        "layers": LayerCurveDisplay(layer_curve(manifold, held)),
        "choices": ChoicesDisplay(choice_traces(sets, table)),
        "map": ArtifactMapDisplay(artifact_map(sets, perplexity=5)),
        "spectra": SpectraDisplay(artifact_spectra(sets, real=noise())),
        "alone": SpectraDisplay(artifact_spectra(sets)),
        "artifacts": ArtifactsDisplay(examples),
    }


@pytest.mark.parametrize("name", ["layers", "choices", "map", "spectra", "alone", "artifacts"])
@pytest.mark.parametrize("small", [False, True])
def test_each_figure_draws_in_both_sizes(displays, name, small):
    svg = displays[name].plot(small=small).to_svg()
    tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "title", "g", "defs", "use", "path", "rect", "clipPath", "image"}
    assert "<script>" not in svg
    assert "\u202e" not in displays[name].description
    assert displays[name].figure_.get_size_inches()[0] == (4.0 if small else 9.0)
    assert displays[name].plot(small=small).to_svg() == svg


def test_descriptions_say_what_was_found(displays):
    assert "most accurate at layer 2" in displays["layers"].description
    assert "loss NMI" in displays["choices"].description
    assert "p = " in displays["choices"].description
    assert "72 pictures by 3 models" in displays["map"].description
    assert "highest frequency: one" in displays["spectra"].description
    assert "highest frequency" not in displays["alone"].description
    assert "3 models (one, two" in displays["artifacts"].description


def test_the_lines_are_the_numbers(displays):
    display = displays["layers"].plot()
    drawn = [line.get_ydata() for line in display.axes_[0].lines]
    accuracies = [point.artifacts.accuracy for point in display.curve.points]
    assert any(np.array_equal(values, accuracies) for values in drawn)
    dashed = [line for line in display.axes_[0].lines if line.get_linestyle() == "--"]
    assert len(dashed) == 2


def test_nothing_to_draw_is_refused(displays):
    found = displays["choices"].found
    with pytest.raises(WhorlError, match="no design choice"):
        ChoicesDisplay(ChoiceTraces(**{**vars(found), "traces": ()}))
    with pytest.raises(WhorlError, match="no picture"):
        ArtifactsDisplay({})
