"""What artifacts reveal as words, tables, figures, a page and a folder."""

import io
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from pages import check_page
from rich.console import Console

from whorl.errors import StorageError, WhorlError
from whorl.manifold import FDR, FDRNull, Manifold
from whorl.report.figures import new_figure
from whorl.report.structure import (
    holds_structure,
    render_structure,
    structure_headline,
    structure_tables,
    write_structure,
)
from whorl.report.structure.class_styles import class_styles
from whorl.report.structure.displays import structure_displays
from whorl.report.structure.ratio_axis import scale_ratios
from whorl.report.structure.ratios_display import RatiosDisplay
from whorl.report.structure.words import choice_words, ratio_words, spectra_words
from whorl.structure import (
    ArtifactMap,
    ChoiceTrace,
    ChoiceTraces,
    LayerCurve,
    Spectra,
    Structure,
    examples_by_class,
)
from whorl.structure.layer_results import Gain, LayerPoint, Separation
from whorl.structure.space_ratio import SpaceRatio
from whorl.structure.structure_result import NotMeasured

HOSTILE = "<b>x</b>"
NOTHING = {"curve": None, "ratios": (), "choices": None, "map": None, "spectra": None}
LABELS = ("a\u202eb", HOSTILE, "real")


def separation(accuracy, half=0.05):
    return Separation(accuracy, accuracy - half, accuracy + half, (accuracy,) * 3, 1.2, 1.1, 1.3)


def gain(value, half=0.02):
    return Gain(value, value - half, value + half)


def point(layer, accuracy=0.6, over_raw=-0.1, share=0.5, half=0.05):
    there = separation(accuracy, half)
    raw = separation(accuracy - over_raw, half)
    return LayerPoint(layer, 8, there, raw, raw, gain(over_raw), gain(over_raw), share)


def curve(*points):
    return LayerCurve(points, LABELS, (40, 40, 40), 3, "linear", 20, 8, 0, "d" * 64, 300, "vit")


def ratios(*layers, p=0.005):
    ratio = FDR(1.5, 1.3, 1.7, 3.0, 2.0, 20, 8, 0, 20, LABELS, ((2.0,) * 3,) * 3, 0.9)
    null = FDRNull(1.4, 1.01, 1.2, p, 199, 5, 20, 8, 0)
    return tuple(
        SpaceRatio(layer, kind, ratio, null) for layer in layers for kind in ("nearest", "raw", "random")
    )


def traces(*, adjusted=0.3, least_p=0.01, alike=()):
    trace = ChoiceTrace(
        HOSTILE, ("l1", "l2"), (1, 1), 0.4, 0.3, 0.1, 0.2, 0.0, 0.1, 0.02, adjusted, least_p, 100, True, alike
    )
    return ChoiceTraces((trace,), LABELS[:2], 40, 8, 0.9, False, 10, 0)


def structure(**changes):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(2, 5))
    values = {
        "labels": LABELS,
        "pictures": (40, 40, 40),
        "in_manifold": (0, 0, 7),
        "skipped": 1,
        "layers": (1, 2),
        "at": 2,
        "curve": curve(point(1, 0.5, share=0.1), point(2, share=0.9)),
        "ratios": ratios(1, 2),
        "choices": traces(),
        "map": ArtifactMap(LABELS, np.repeat([0, 1, 2], 4), rng.normal(size=(12, 2)), 0.5, 8, 3.0, 0),
        "spectra": Spectra(LABELS[:2], np.arange(5.0), rows, rows**2, rows[0], rows[1] ** 2, (40, 40), 40),
        "not_measured": (NotMeasured(f"layer {HOSTILE}", f"why {HOSTILE}"),),
        "d": 8,
        "seed": 0,
        "manifold": "d" * 64,
        "manifold_pictures": 300,
        "encoder": "vit",
    }
    return Structure(**{**values, **changes})


def printed(table, width=140):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(table)
    return " ".join(console.export_text().split())


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(0)
    real, made = (rng.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8) for n in (20, 6))
    manifold = Manifold.fit(real, encoder="pixels:8", cache=None)
    return examples_by_class(manifold, {HOSTILE: made, "$x_$": made[:3]}, count=4, cache=None)


@pytest.mark.parametrize(
    ("best", "said"),
    [
        (point(2, share=0.99), "Layer 2 tells the classes apart best: by artifacts there, 60 %"),
        (point(2, share=0.6), "best, though not clearly"),
        (point(2, 0.36), "At no layer do artifacts measurably tell the classes apart"),
        # One interval alone lies above chance; of two layers, one does so too often.
        (point(2, 0.385, half=0.05), "At no layer"),
        (
            point(2, over_raw=-0.1),
            "did not help there: pictures themselves do better by 10.0 percentage points",
        ),
        (point(2, over_raw=0.1), "artifacts do better than pictures themselves by 10.0 percentage points"),
        (point(2, over_raw=0.1), "at a layer that was chosen for its artifacts"),
        (point(2, over_raw=0.01), "cannot be told"),
        (point(2, over_raw=0.021), "cannot be told"),
        (point(2, over_raw=-0.01), "cannot be told"),
    ],
)
def test_the_headline_says_no_more_than_the_numbers(best, said):
    assert said in structure_headline(structure(curve=curve(point(1, 0.34), best)))


def test_the_headline_of_one_layer_that_shows_nothing_says_so():
    told = structure_headline(structure(curve=curve(point("pixels", 0.34, half=0.05))))
    assert told.startswith(
        "Artifacts at layer pixels do not measurably tell the classes apart: 34 % of single"
    )
    assert "chosen" not in told
    alone = structure(**NOTHING | {"layers": ("pixels",), "curve": curve(point("pixels", 0.34))})
    page = check_page(render_structure(alone, details={}))
    assert "Artifacts at layer pixels do not measurably tell the classes apart" in page.words
    assert "ringed the best" not in page.words


@pytest.mark.parametrize("layers", [("pixels",), (1, 2), (1, 2, 3)])
@pytest.mark.parametrize(("accuracy", "shown"), [(0.34, False), (0.6, True)])
def test_what_is_not_shown_is_denied_for_any_number_of_layers(layers, accuracy, shown):
    told = structure_headline(structure(curve=curve(*(point(layer, accuracy) for layer in layers))))
    first = told.split(":")[0]
    assert (" do not measurably tell" in first or first.startswith("At no layer do")) is not shown


def test_the_headline_of_one_layer_and_of_none():
    alone = structure_headline(structure(curve=curve(point("pixels", 0.385, half=0.05))))
    assert alone.startswith("By artifacts at layer pixels, 38.5 % of single pictures")
    assert "chosen" not in structure_headline(structure(curve=curve(point("pixels", over_raw=0.1))))
    why = (NotMeasured("layer curve", "too few."),)
    assert "was not measured: too few." in structure_headline(structure(curve=None, not_measured=why))


def test_choices_are_told_with_what_they_cannot_show():
    assert "No trace is shown" in " ".join(choice_words(traces(), LABELS))
    shown = " ".join(choice_words(traces(adjusted=0.02, alike=("norm",)), LABELS))
    assert "more than chance explains" in shown
    assert "just as true of norm" in shown
    hopeless = " ".join(choice_words(traces(least_p=0.1), (*LABELS, "another")))
    assert "nothing could have been shown" in hopeless
    assert "not looked at here: another." in hopeless


def test_ratios_are_told_with_n_d_seed_and_null():
    told = " ".join(ratio_words(structure()))
    for words in ("is 1.50 (", "1.01 on average: p = 0.005", "n = 20", "d = 8", "seed 0"):
        assert words in told
    assert ratio_words(structure(ratios=())) == ()


def test_the_tables_hold_every_part():
    told = printed(structure_tables(structure()))
    for words in (
        "60.0 [55.0, 65.0]",
        "−10.0 [−12.0, −8.0]",
        "picture itself (raw) 1.50 [1.30, 1.70] 1.01 1.20 0.005",
        "0.400 0.100 0.200 0.300 0.02 0.3 0.01",
        "why <b>x</b>",
        "7 of 40 pictures of real",
        "1 picture could not be read",
    ):
        assert words in told
    empty = structure(**NOTHING)
    assert "why <b>x</b>" in printed(structure_tables(empty))
    assert "artifacts over itself" in printed(structure_tables(structure()), width=60)


def test_at_80_columns_no_kind_of_features_is_cut():
    told = printed(structure_tables(structure()), width=80)
    for kind in ("artifacts", "raw", "random"):
        assert f" {kind} 1.50 [1.30, 1.70] 1.01 1.20 0.005" in told
    assert "…" not in told
    assert "raw: the picture itself" in told
    alone = printed(structure_tables(structure(curve=curve(point("pixels")))), width=80)
    assert " best " not in alone  # of one layer


def test_spectra_are_told_with_what_they_do_not_show():
    spectra = structure().spectra
    apart = replace(
        spectra,
        mean=np.zeros((2, 5)),
        half_width=np.full((2, 5), 0.3),
        real=np.zeros(5),
        real_half_width=np.full(5, 0.4),
    )
    nothing = " ".join(spectra_words(structure(spectra=apart)))
    assert "Every interval covers 0, so no difference between theirs and a model's is shown." in nothing
    assert "may be" not in nothing
    # 0.5 is the half-width of a difference; the mean colour, at frequency 0, is not drawn.
    apart.mean[0, :3] = (9.0, 0.51, -0.51)
    apart.mean[1, 1] = 0.49
    some = " ".join(spectra_words(structure(spectra=apart)))
    assert "may be the models', where its interval leaves 0 out; where one covers 0 nothing is shown" in some
    assert "2 of 8 intervals" in some
    assert "is the models'" not in some


def test_a_class_has_one_style_on_a_page():
    found = structure()
    shown = structure_displays(found, {})
    on_map, in_spectra = shown["map"].plot(), shown["spectra"].plot()
    assert set(on_map.styles) == set(in_spectra.styles) == set(LABELS)
    for label in LABELS:
        assert on_map.styles[label] == in_spectra.styles[label]
    colours = [
        {
            text.get_text(): line.get_color()
            for text, line in zip(legend.get_texts(), legend.get_lines(), strict=True)
        }
        for display in (on_map, in_spectra)
        for legend in display.figure_.legends
    ]
    assert colours[0] == colours[1]
    assert len(set(colours[0].values())) == 3
    many = class_styles([*(f"m{i}" for i in range(30)), "real"])
    assert len(set(many.values())) == 31
    assert all(style.colour != many["real"].colour for name, style in many.items() if name != "real")


def test_ratios_draw_in_both_sizes():
    display = RatiosDisplay(ratios(1, 2, "<b>$"))
    for small in (False, True):
        svg = display.plot(small=small).to_svg()
        assert "<b>" not in svg
        assert len(display.axes_) == 3
        assert display.figure_.get_size_inches()[0] == (4.0 if small else 9.0)
    assert "layer 1 1.50, labels dealt at random 1.01, p = 0.005" in display.description
    with pytest.raises(WhorlError, match="no ratio"):
        RatiosDisplay(())


@pytest.mark.parametrize(
    "span",
    [(0.97, 1.02), (0.9, 1.2), (0.8, 2.3), (0.9, 2.8), (0.9, 4.0), (0.7, 12.0), (0.9, 60.0), (1.2, 5000.0)],
)
@pytest.mark.parametrize("which", ["x", "y"])
def test_an_axis_of_ratios_can_be_read_wherever_they_lie(span, which):
    figure = new_figure(4, 3)
    ax = figure.add_subplot()
    scale_ratios(ax, which, span)
    figure.canvas.draw()
    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = axis.get_view_interval()
    assert low < min(1, span[0])
    assert span[1] < high
    told = [tick.label1.get_text() for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    assert len([text for text in told if text]) >= 3
    assert len(set(told)) == len(told)
    assert "1" in told
    assert axis.get_scale() == ("linear" if span[1] < 3 * min(1, span[0]) else "log")
    assert not [text for text in axis.get_minorticklabels() if text.get_text()]


def test_the_page_is_whole_and_deaf_to_names(examples):
    text = render_structure(structure(), examples=examples, details={"command": f"whorl {HOSTILE}"})
    page = check_page(text)
    for words in (
        "Layer by layer",
        "How far classes stand apart",
        "Design choices at layer 2",
        "A map of artifacts at layer 2",
        "Average spectra",
        "Some artifacts",
        "What was not measured",
        "What this does not prove",
        "7 of 40 pictures of real are pictures of the manifold",
    ):
        assert words in page.words
    once = structure(**NOTHING | {"choices": traces()})
    assert render_structure(once, details={}) == render_structure(once, details={})


def test_a_page_of_nothing_but_reasons():
    nothing = structure(**NOTHING)
    page = check_page(render_structure(nothing, details={}))
    assert "Layer by layer" not in page.words
    assert "What was not measured" in page.words
    alone = replace(structure().spectra, real=None, real_half_width=None, real_pictures=0)
    alone = replace(nothing, spectra=alone)
    assert "which were not given" in check_page(render_structure(alone, details={})).words


def test_the_folder_appears_whole_or_not_at_all(tmp_path, monkeypatch, examples):
    from whorl.report.structure import folder as module

    folder, few = tmp_path / "out", structure(**NOTHING | {"ratios": ratios(1, 2)})
    monkeypatch.setattr(module, "write_structure_page", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_structure(folder, structure(**NOTHING), details={})
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    write_structure(folder, few, examples=examples, details={"command": "x"})
    assert holds_structure(folder)
    figures = {f"{name}.{kind}" for name in ("ratios", "examples") for kind in ("svg", "png")}
    assert {path.name for path in folder.iterdir()} == figures | {"result.json", "report.html"}
    document = json.loads((folder / "result.json").read_text())
    assert Structure.from_dict(document["structure"]).to_dict() == few.to_dict()
    with pytest.raises(StorageError, match="exists already"):
        write_structure(folder, few, details={})
    write_structure(folder, structure(**NOTHING), details={}, overwrite=True)
    assert {path.name for path in folder.iterdir()} == {"result.json", "report.html"}
    (folder / "mine.txt").write_text("keep")
    assert not holds_structure(folder)
    with pytest.raises(StorageError, match="holds more than"):
        write_structure(folder, few, details={}, overwrite=True)


def test_neither_torch_nor_the_command_line_is_imported():
    code = (
        "import sys, whorl.report.structure.folder, whorl.report.structure.tables\n"
        "print([name for name in ('torch', 'transformers', 'whorl.cli') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
