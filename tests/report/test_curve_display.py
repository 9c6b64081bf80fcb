"""Curves drawn: what stands where, the same bytes for the same curve, nothing global touched."""

import subprocess
import sys
import threading
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from scipy import stats

from whorl import WhorlError
from whorl.errors import StorageError
from whorl.memorization.verdict import healthy_limit, judge
from whorl.report import CurveDisplay
from whorl.report.findings import layer_findings
from whorl.report.palette import FINDING_COLOURS, LEVEL
from whorl.report.text import signed

SHAPES = {
    "one": ([-1.2], None),
    "four": ([0.4, -1.2, 0.9, 2.1], None),
    "twenty-four": (np.linspace(-30, 30, 24).tolist(), None),
    "words": ([0.4, -1.2, 0.9], ("stem", "a rather long name of a layer", r"$\frac{")),
    "flat": ([0.0, 0.0], None),
    "far": ([-3000.0, 400.0], None),
}


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize(("z", "layers"), SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("value", ["standardised", "raw"])
def test_every_shape_is_drawn_as_well_formed_svg(make_curve, z, layers, small, value):
    curve = make_curve(z, layers=layers)
    display = CurveDisplay.from_curves(curve, value=value).plot(small=small)
    root = ElementTree.fromstring(display.to_svg())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    low, high = display.ax_.get_ylim()
    values = curve.standardised if value == "standardised" else curve.values
    assert low < values.min() <= values.max() < high


def test_the_band_is_bonferroni_s_and_says_what_the_verdict_says(make_curve):
    for n in (1, 12, 24):
        limit = healthy_limit(n)
        assert limit == pytest.approx(stats.norm.ppf(1 - 0.05 / n))
        for z in (limit + 1e-6, limit - 1e-6, -limit + 1e-6, -limit - 1e-6):
            curve = make_curve([z] + [0.0] * (n - 1))
            assert layer_findings(curve)[0] == judge(curve.layers, curve.scores).whole.finding


def test_both_a_large_and_a_small_value_can_be_read(copying):
    display = CurveDisplay.from_curves(copying).plot()
    height = display.ax_.transData.transform([(0, -27.3), (0, -3), (0, 0), (0, 2)])[:, 1]
    assert display.ax_.get_yscale() == "symlog"
    assert (np.diff(height) > 30).all()  # pixels
    assert CurveDisplay.from_curves(copying, value="raw").plot().ax_.get_yscale() == "linear"


def test_points_tell_their_finding_by_colour_and_shape(copying):
    ax = CurveDisplay.from_curves(copying).plot().ax_
    points = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert [line.get_marker() for line in points] == ["v"] * 6 + ["o"] * 6
    assert [line.get_color() for line in points[5:7]] == [
        FINDING_COLOURS["copies"],
        FINDING_COLOURS["healthy"],
    ]


def test_regions_levels_and_deciding_values_are_named(copying):
    ax = CurveDisplay.from_curves(copying).plot().ax_
    texts = {text.get_text() for text in ax.texts}
    assert {"copies", "healthy", "under-fits", "−27.3", "+2.2"} <= texts
    assert {"early layers", "late layers"} <= texts
    spans = [
        patch.get_x() for patch in ax.patches if patch.get_facecolor()[:3] == pytest.approx(to_rgb(LEVEL))
    ]
    assert spans == [-0.5, 7.5]


def test_one_layer_is_neither_early_nor_late(make_curve):
    ax = CurveDisplay.from_curves(make_curve([-1.2])).plot().ax_
    assert not any("layers" in text.get_text() for text in ax.texts)
    chosen = make_curve([-1.2, 0.0], layers=(1, 2), of_layers=tuple(range(1, 13)))
    ax = CurveDisplay.from_curves(chosen).plot().ax_
    assert not any("layers" in text.get_text() for text in ax.texts)


@pytest.mark.parametrize("small", [False, True])
def test_copies_inside_the_band_are_explained(make_curve, few, small):
    display = CurveDisplay.from_curves(few).plot(small=small)
    assert any("by the lower tail" in text.get_text().replace("\n", " ") for text in display.ax_.texts)
    assert "inside the band, yet copies" in display.description
    plain = CurveDisplay.from_curves(make_curve([-9.0, 0.0])).plot(small=small)
    assert not any("tail" in text.get_text() for text in plain.ax_.texts)
    assert "inside" not in plain.description


@pytest.mark.parametrize("count", [2, 3, 10])
def test_names_at_line_ends_do_not_overlap(make_curve, count):
    curves = {f"model {i}": make_curve([i / 10, 0.5, 1.0 + i / 1000]) for i in range(count)}
    display = CurveDisplay.from_curves(curves).plot()
    display.figure_.draw_without_rendering()
    names = [text for text in display.ax_.texts if text.get_text() in curves]
    assert len(names) == count
    boxes = sorted(
        (Text.get_window_extent(text) for text in names), key=lambda box: box.y0
    )  # without leader lines
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))
    inside = display.figure_.bbox
    assert all(inside.x0 <= box.x0 and box.x1 <= inside.x1 for box in boxes)
    assert not display.figure_.legends


def test_fifteen_curves_get_a_legend_outside_and_can_be_told_apart(make_curve):
    curves = {f"model {i}": make_curve([i / 10 - 1, 0.5, i / 5]) for i in range(15)}
    display = CurveDisplay.from_curves(curves).plot()
    display.figure_.draw_without_rendering()
    (legend,) = display.figure_.legends
    assert legend.get_window_extent().x0 >= display.ax_.get_window_extent().x1
    assert [text.get_text() for text in legend.get_texts()] == [f"model {i}" for i in reversed(range(15))]
    lines = [line for line in display.ax_.lines if len(line.get_xdata()) == 3]
    styles = {(line.get_color(), str(line.get_linestyle()), line.get_marker()) for line in lines}
    assert len(styles) == 15


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_equal_curves_give_equal_bytes(copying, make_curve, tmp_path, suffix):
    first = CurveDisplay.from_curves(copying, name="a").plot().save(tmp_path / f"a{suffix}")
    again = CurveDisplay.from_curves(copying, name="a").save(tmp_path / f"b{suffix}")
    other = CurveDisplay.from_curves(make_curve([0.0]), name="a").save(tmp_path / f"c{suffix}")
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{name}{suffix}" for name in "abc"]
    if suffix == ".svg":
        text = first.read_text()
        assert "<metadata" not in text
        assert "<!" not in text
        ElementTree.parse(first)
    else:
        with Image.open(first) as image:
            assert image.size == (1800, 940)


def test_what_was_there_survives_a_failure(copying, tmp_path, monkeypatch):
    path = tmp_path / "curve.svg"
    path.write_text("old")
    display = CurveDisplay.from_curves(copying).plot()
    monkeypatch.setattr(
        "pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(StorageError, match="No space left"):
        display.save(path)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["curve.svg"]


def test_hostile_names_are_drawn_as_they_are(make_curve, tmp_path):
    curves = {
        r"$\frac{": make_curve([0, 1]),
        "<script>&\"'": make_curve([1, 0]),
        "a\udc80\u202eb": make_curve([2, 2]),
    }
    svg = CurveDisplay.from_curves(curves).to_svg()
    root = ElementTree.fromstring(svg)
    assert "<script>" not in svg
    assert "a\\udc80\\u202eb" in root.get("aria-label")
    CurveDisplay.from_curves(curves).save(tmp_path / "x.png")


def test_a_layer_without_a_number_leaves_a_gap(make_curve):
    curves = {"a": make_curve([float("nan"), 1.0, float("nan")]), "b": make_curve([1.0, float("inf"), 0.0])}
    ElementTree.fromstring(CurveDisplay.from_curves(curves).to_svg())


def test_foreign_axes_are_drawn_in(copying):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    display = CurveDisplay.from_curves({"a": copying, "b": copying}).plot(right)
    assert display.ax_ is right
    assert display.figure_ is figure
    assert not left.lines


def test_refusals(copying, make_curve, tmp_path):
    with pytest.raises(WhorlError, match="different References"):
        CurveDisplay.from_curves(
            {"a": copying, "b": make_curve(copying.standardised.tolist(), reference="cd" * 32)}
        )
    with pytest.raises(WhorlError, match="different References"):
        CurveDisplay.from_curves({"a": copying, "b": make_curve([0.0])})
    with pytest.raises(WhorlError, match="standardised, raw"):
        CurveDisplay.from_curves(copying, value="z")
    with pytest.raises(WhorlError, match="at least one"):
        CurveDisplay.from_curves({})
    with pytest.raises(WhorlError, match=r"\.svg or \.png"):
        CurveDisplay.from_curves(copying).save(tmp_path / "curve.pdf")
    assert not list(tmp_path.iterdir())


def test_threads_draw_what_one_thread_draws(copying):
    alone = CurveDisplay.from_curves(copying).to_svg()
    drawn = []

    def draw():
        drawn.append(CurveDisplay.from_curves(copying).to_svg())

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [alone] * 4


def test_global_settings_stay_and_pyplot_stays_out(copying):
    before = dict(mpl.rcParams)
    CurveDisplay.from_curves(copying).to_svg()
    assert dict(mpl.rcParams) == before
    code = (
        "import sys, whorl.report as report; heavy = ('matplotlib', 'jinja2', 'rich', 'PIL');"
        "assert not [name for name in heavy if name in sys.modules], 'import';"
        "report.CurveDisplay, report.PairsDisplay, report.write_report;"
        "assert 'matplotlib.pyplot' not in sys.modules, 'pyplot'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_description_gives_the_range_and_the_finding(copying):
    told = CurveDisplay.from_curves(copying, name="mine").description
    assert f"mine from {signed(-27.3)} to {signed(2.2)} (copies)" in told
