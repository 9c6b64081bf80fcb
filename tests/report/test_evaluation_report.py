"""An evaluation shown: figures, words, tables, page, folder."""

import io
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from made_up_results import ARCHITECTURES, HOSTILE, METHODS, make_evaluation
from pages import check_page
from rich.console import Console

from whorl import WhorlError
from whorl.errors import StorageError
from whorl.evaluation.results import Evaluation, NotRun
from whorl.report.evaluation import (
    AccuracyDisplay,
    ArchitectureCurvesDisplay,
    ConfusionDisplay,
    CurveDistancesDisplay,
    MapDisplay,
    OpenSetDisplay,
    evaluation_lead,
    evaluation_tables,
    render_evaluation,
    write_evaluation,
)
from whorl.report.evaluation.folder import evaluation_displays
from whorl.report.evaluation.words import open_set_words

TINY = {"architectures": 2, "runs": 2, "methods": METHODS[:2], "sizes": (50,), "tasks": ("new-run",)}
CASES = {
    "large": {
        "architectures": 9, "runs": 3, "datasets": ("CIFAR-10", "d" * 60), "gaps": (0, 3), "scale": 3.0,
        "missing": (("new-run", 1000),),
    },
    "one of each, hostile": {
        "architectures": 1, "runs": 1, "datasets": ("",), "sizes": (100,), "methods": (HOSTILE,),
        "names": (HOSTILE,), "layers": ("stem", "head$_1$"), "tasks": ("new-pictures",), "open_set": False,
    },
}  # fmt: skip
OUTCOMES = pa.table({"task": ["new-run"], "right": [True]})


@pytest.mark.parametrize("case", CASES)
def test_every_figure_of_every_case_is_drawn_and_told(case):
    made = make_evaluation(**CASES[case])
    for name, display in evaluation_displays(made).items():
        small = case != "large"
        display.plot(small=small).figure_.draw_without_rendering()
        assert display.figure_.get_size_inches()[0] == (4 if small else 9)
        assert display.description, name
        assert "\u202e" not in display.description


def test_accuracy_draws_each_rate_and_the_default_strongest():
    made = make_evaluation(missing=(("new-run", 1000),))
    display = AccuracyDisplay(made).plot()
    for ax, task in zip(display.figure_.axes, display.tasks, strict=True):
        assert len(ax.lines) == len(METHODS)
        default = max(ax.lines, key=lambda line: line.get_linewidth())
        rates = [made.rate(task, METHODS[0], size) for size in made.sizes]
        expected = [rate.value if rate else np.nan for rate in rates]
        np.testing.assert_allclose(default.get_ydata(), expected)
        assert sum(line.get_linewidth() == default.get_linewidth() for line in ax.lines) == 1
    assert "early-means 98 %" in display.description
    assert "74 % with 200" in display.description


def test_no_two_of_fourteen_methods_look_alike():
    display = AccuracyDisplay(make_evaluation()).plot()
    looks = {
        (line.get_color(), str(line.get_linestyle()), line.get_marker())
        for line in display.figure_.axes[0].lines
    }
    assert len(looks) == 14


def test_a_confusion_shows_its_numbers():
    made = make_evaluation(architectures=3)
    display = ConfusionDisplay(made.confusions[0]).plot()
    numbers = [text.get_text() for text in display.ax_.texts]
    assert numbers.count("85") == 3
    assert len(numbers) == 9
    assert display.ax_.yaxis_inverted()  # the first row stands at the top
    assert "DCGAN 85 %" in display.description
    empty = replace(made.confusions[0], truth=(), answers=(), shares=())
    with pytest.raises(WhorlError, match="no rows"):
        ConfusionDisplay(empty)


def test_distances_are_ordered_by_data_set_and_architecture():
    made = make_evaluation(architectures=3, runs=2)
    mixed = (3, 0, 5, 2, 1, 4)
    shuffled = replace(
        made,
        sets=tuple(made.sets[i] for i in mixed),
        curve_distances=tuple(tuple(made.curve_distances[i][j] for j in mixed) for i in mixed),
    )
    plain, other = CurveDistancesDisplay(made).plot(), CurveDistancesDisplay(shuffled).plot()
    names = [label.get_text() for label in plain.ax_.get_yticklabels()]
    assert names == sorted(names) == [label.get_text() for label in other.ax_.get_yticklabels()]
    drawn = [display.ax_.collections[0].get_array() for display in (plain, other)]
    np.testing.assert_allclose(*drawn)
    frames = [patch.get_bbox().bounds for patch in plain.ax_.patches]
    assert frames == [(-0.5, -0.5, 2, 2), (1.5, 1.5, 2, 2), (3.5, 3.5, 2, 2)]
    assert "of 6 sets" in plain.description


def test_curves_have_a_panel_per_data_set_and_a_colour_per_architecture():
    made = make_evaluation(architectures=3, runs=2, datasets=("a", "b"), gaps=(4,))
    display = ArchitectureCurvesDisplay(made).plot()
    for ax in display.figure_.axes:
        curves = [line for line in ax.lines if len(line.get_xdata()) == len(made.layers)]
        assert len(curves) == 6
        assert len({line.get_color() for line in curves}) == 3
        assert all(np.isnan(line.get_ydata()[4]) for line in curves)
    assert "12 layers of 12 sets" in display.description


def test_the_map_names_what_has_room_without_overlap():
    made = make_evaluation()
    display = MapDisplay(made).plot()
    renderer = display.figure_.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in display.ax_.texts]
    assert sorted(display.named_) == sorted(ARCHITECTURES[:6])
    for i, box in enumerate(boxes):
        assert box.count_overlaps(boxes[i + 1 :]) == 0
    crowd = replace(made, sets=tuple(replace(each, position=(0.0, 0.0)) for each in made.sets))
    assert len(MapDisplay(crowd).plot(small=True).named_) <= 4


def test_open_set_tells_areas_and_what_is_accepted():
    made = make_evaluation(sizes=(100,), methods=METHODS[:4])
    display = OpenSetDisplay(made).plot()
    assert "early-means 0.95" in display.description
    assert "80 % of known and 12 % of unknown sets (14 % promised)" in display.description
    bars = sorted(patch.get_height() for patch in display.figure_.axes[1].patches)
    assert bars == pytest.approx([0.12, 0.8])
    bare = replace(made, open_set=tuple(replace(r, accepted_known=None) for r in made.open_set))
    assert "accepts" not in OpenSetDisplay(bare).plot().description
    assert "no threshold of its own" in " ".join(open_set_words(bare))


def test_what_is_not_there_is_not_drawn():
    made = replace(make_evaluation(**TINY), sets=(), rates=(), open_set=(), curve_distances=(), confusions=())
    assert evaluation_displays(made) == {}
    kinds = (AccuracyDisplay, ArchitectureCurvesDisplay, CurveDistancesDisplay, MapDisplay, OpenSetDisplay)
    for kind in kinds:
        with pytest.raises(WhorlError):
            kind(made)
    assert "was not measured" in check_page(render_evaluation(made, details={})).words


def test_the_lead_says_where_the_default_wins_and_loses():
    lead = evaluation_lead(make_evaluation(missing=(("new-run", 1000),)))
    assert lead.startswith(
        "The others are compared with early-means. It names rightly: 98 % for new pictures"
    )
    assert "ahead in 132 and behind in 11" in lead
    assert "58.5 points over nearest-pictures (+55.5 to +61.5" in lead
    assert "4.0 points against joined (−7.0 to −1.0" in lead
    assert "A new run of a known architecture: could not be run with 1,000 pictures." in lead
    alone = evaluation_lead(make_evaluation(methods=METHODS[:1], missing=(("new-run", 20),)))
    assert "comparison" not in alone


def test_an_interval_that_holds_0_is_no_win():
    made = make_evaluation(**TINY)
    near = replace(made, differences=tuple(replace(d, low=-0.01, high=0.02) for d in made.differences))
    lead = evaluation_lead(near)
    assert "ahead in 0 and behind in 0" in lead
    assert "lead is" not in lead
    assert "falls behind" not in lead


def test_a_wide_terminal_shows_the_intervals():
    file = io.StringIO()
    Console(file=file, width=130).print(evaluation_tables(make_evaluation()))
    assert "98 (92–100)" in file.getvalue()


def test_the_tables_fit_a_terminal_of_80():
    made = make_evaluation(missing=(("new-run", 1000),))
    made = replace(made, not_run=(*made.not_run, NotRun("new-run", (HOSTILE,), (), "tooo " * 40)))
    for encoding in ("utf-8", "ascii"):
        raw = io.BytesIO()
        file = io.TextIOWrapper(raw, encoding=encoding)
        Console(file=file, width=80, legacy_windows=False).print(evaluation_tables(made))
        file.flush()
        text = raw.getvalue().decode(encoding)
        assert all(len(line) <= 80 for line in text.splitlines())
        assert text.count("tooo") == 40
        for words in (
            "98 (92",
            "Not run",
            "0.90 to 0.98",
            "fingerprint",
            "nearest-pictures",
        ):
            assert words in text, words


def test_the_page_is_whole_and_asks_for_nothing():
    hostile = CASES["one of each, hostile"] | {"datasets": (HOSTILE,), "warnings": (HOSTILE,), "runs": 2}
    text = render_evaluation(make_evaluation(**hostile), details={"command": HOSTILE, "x": "y" * 300})
    page = check_page(text)
    assert "\u202e" not in page.words
    for words in ("How well models are told apart", "What this does not prove", "Where the sets lie"):
        assert words in page.words


def test_equal_results_give_equal_bytes():
    first, second = (evaluation_displays(make_evaluation(**TINY)) for _ in range(2))
    assert first["map"].plot(small=True).to_svg() == second["map"].plot(small=True).to_svg()
    one = make_evaluation(**TINY)
    kept = {"sets": (), "curve_distances": (), "confusions": (), "open_set": ()}
    assert len({render_evaluation(replace(one, **kept), details={}) for _ in range(2)}) == 1


def test_the_folder_appears_whole_or_not_at_all(tmp_path):
    made, folder = replace(make_evaluation(**TINY), curve_distances=(), open_set=()), tmp_path / "out"
    with pytest.raises(ValueError, match="Out of range"):
        write_evaluation(
            folder,
            replace(made, times=(replace(made.times[0], train=np.nan),)),
            outcomes=OUTCOMES,
            details={},
        )
    assert list(tmp_path.iterdir()) == []
    write_evaluation(folder, made, outcomes=OUTCOMES, details={"command": "x"})
    names = {path.name for path in folder.iterdir()}
    assert {"evaluation.json", "outcomes.csv", "report.html", "confusion-new-run.svg", "map.png"} <= names
    assert len(names) == 3 + 2 * len(evaluation_displays(made))
    assert (folder / "outcomes.csv").read_text().splitlines() == ['"task","right"', '"new-run",true']
    document = json.loads((folder / "evaluation.json").read_text())
    assert Evaluation.from_dict(document["evaluation"]) == made
    with pytest.raises(StorageError, match="exists already"):
        write_evaluation(folder, made, outcomes=OUTCOMES, details={})
    bare = replace(made, sets=(), rates=(), curve_distances=(), confusions=(), open_set=())
    write_evaluation(folder, bare, outcomes=OUTCOMES, details={}, overwrite=True)
    assert {path.name for path in folder.iterdir()} == {"evaluation.json", "outcomes.csv", "report.html"}
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(StorageError, match="holds more than"):
        write_evaluation(folder, made, outcomes=OUTCOMES, details={}, overwrite=True)
    assert (folder / "mine.txt").read_text() == "keep"
