"""An identification shown: figures, words, table, page, folder."""

import io
import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from made_up_results import HOSTILE, make_identification
from pages import check_page
from rich.console import Console

from browser import look
from whorl import WhorlError
from whorl.errors import StorageError
from whorl.identification import Identification, Match, Rejection
from whorl.report.identification import (
    OverlaidCurvesDisplay,
    RankingDisplay,
    identification_headline,
    identification_table,
    render_identification,
    sure_words,
    write_identification,
)
from whorl.report.identification.words import number, zone_words

LONG = [f"a very long name of a model indeed, number {i}" for i in range(29)]
CASES = {
    "hostile": {"models": 30, "architectures": 9, "names": [HOSTILE, *LONG], "p_value": 0.3, "gaps": (2,)},
    "one model, gaps": {"models": 1, "architectures": 1, "gaps": (0, 3, 11)},
    "no probabilities": {
        "models": 3, "architectures": 2, "sure": False, "infinite": True,
        "layers": ("stem", "a block of some length", "head$_1$"),
    },
}  # fmt: skip


@pytest.fixture(params=CASES)
def identification(request):
    return make_identification(**CASES[request.param])


@pytest.mark.parametrize("small", [False, True])
def test_every_case_is_drawn_and_told(identification, small):
    for display in (RankingDisplay(identification), OverlaidCurvesDisplay(identification)):
        display.plot(small=small).figure_.draw_without_rendering()
        width, height = display.figure_.get_size_inches()
        assert width == (4 if small else 9)
        assert height < 9


def test_the_ranking_draws_each_distance_where_it_lies(identification):
    display = RankingDisplay(identification).plot()
    marks = [line for line in display.ax_.lines if line.get_marker() not in ("None", None)]
    drawn = [(float(mark.get_ydata()[0]), float(mark.get_xdata()[0])) for mark in marks]
    shown = identification.matches[:20]
    assert len(drawn) == len(shown)
    for place, (match, (y, x)) in enumerate(zip(shown, drawn, strict=True)):
        assert y == place
        if math.isfinite(match.distance):
            assert x == match.distance
        else:
            assert x > max(each.distance for each in shown if math.isfinite(each.distance))
    # The nearest is at the top.
    assert display.ax_.yaxis_inverted()


def test_the_zone_ends_at_the_threshold():
    made = make_identification(threshold=0.5)
    display = RankingDisplay(made).plot()
    edges = [line.get_xdata()[0] for line in display.ax_.lines if list(line.get_ydata()) == [0, 1]]
    assert edges == [pytest.approx(0.5)]
    assert "accepted up to a distance of 0.500" in display.description
    assert "up to a distance of 0.500" in zone_words(made)
    for threshold in (None, math.inf):
        open_ended = replace(made, rejection=replace(made.rejection, threshold=threshold))
        assert "accepted" not in RankingDisplay(open_ended).description
        assert "No zone" in zone_words(open_ended)


def test_what_is_infinitely_far_leaves_no_zone():
    rejection = Rejection(0.9, 0.3, 0.05, math.inf, 0.2, 2)
    made = Identification((Match("a", "A", "", math.inf, None, 100),), "ct-l2", rejection, "r", 100)
    display = RankingDisplay(made).plot()
    assert "∞" in display.description
    assert display.to_svg()


def test_the_curves_are_those_of_the_pictures_and_the_nearest_models():
    made = make_identification(9, gaps=(2,))
    display = OverlaidCurvesDisplay(made).plot()
    assert [model.name for model in display.shown] == [match.name for match in made.matches[:6]]
    own = max(display.ax_.lines, key=lambda line: line.get_linewidth())
    np.testing.assert_array_equal(own.get_ydata(), made.fingerprint.parts["c_t"])
    assert np.isnan(own.get_ydata()[2])  # a gap, no bridge
    assert made.best.name in display.description


def test_without_a_curve_there_is_no_figure_and_the_page_says_so():
    for made in (
        make_identification(parts=("means",)),
        Identification.from_dict(make_identification(2, 2).to_dict()),
    ):
        with pytest.raises(WhorlError, match="no C_T-layer curve"):
            OverlaidCurvesDisplay(made)
        page = check_page(render_identification(made, details={}))
        assert "have no C_T-layer curve here" in page.words


@pytest.mark.parametrize(
    ("made", "start"),
    [
        (make_identification(p_value=0.05), "By DCGAN, most likely the model DCGAN/run1."),
        (make_identification(p_value=0.9), "None of these"),
        (make_identification(3, 1), "The nearest known model is DCGAN/run1 (DCGAN). Whether"),
        (make_identification(sure=False), "By DCGAN; the nearest of its models is DCGAN/run1."),
    ],
)
def test_the_headline_says_the_verdict(made, start):
    assert identification_headline(made).startswith(start)


def test_an_unsure_order_is_not_called_most_likely():
    made = make_identification(3, 3)
    shares = (0.4, 0.35, 0.25)
    unsure = replace(
        made, matches=tuple(replace(m, probability=p) for m, p in zip(made.matches, shares, strict=True))
    )
    assert "which one is not sure" in identification_headline(unsure)
    same = replace(unsure, matches=tuple(replace(match, architecture="VAE") for match in unsure.matches))
    assert identification_headline(same).startswith("By VAE; which of its models is not sure")


def test_how_sure_tells_probability_margin_p_and_rate():
    made = make_identification(9, 9, p_value=0.1)
    told = sure_words(made)
    assert "With 9 known architectures no less than 2 in 10 can be promised" in told
    assert "(p = 0.1)" in told
    assert "5 % was asked for" in told
    assert f"{made.margin:.2f} times as far" in told
    kept = replace(made, rejection=replace(made.rejection, asked=0.2, false_accept_rate=0.2))
    assert "Up to 20 % of them are accepted, as asked." in sure_words(kept)


def test_the_table_fits_a_terminal_of_80(identification):
    for encoding, width in (("utf-8", 80), ("ascii", 80), ("utf-8", 120)):
        raw = io.BytesIO()
        file = io.TextIOWrapper(raw, encoding=encoding)
        Console(file=file, width=width, legacy_windows=False).print(identification_table(identification))
        file.flush()
        text = raw.getvalue().decode(encoding)
        assert all(len(line) <= width for line in text.splitlines())
        assert "nearest in" in text
        for match in identification.matches[:30]:
            assert number(match.distance) in text or encoding == "ascii"


def test_a_narrow_terminal_shows_fewer_columns_and_whole_names():
    shown = {}
    for width in (60, 80, 120):
        file = io.StringIO()
        Console(file=file, width=width).print(identification_table(make_identification()))
        shown[width] = file.getvalue().splitlines()[0].split()
        assert make_identification().best.name in file.getvalue()
    assert "pictures" not in shown[60]
    assert {"model", "distance", "nearest"} <= set(shown[60])
    assert {"architecture", "pictures"} <= set(shown[80])
    assert "data" in shown[120]


@pytest.mark.parametrize("case", ["hostile", "one model, gaps"])
def test_the_page_is_whole_and_asks_for_nothing(case, picture, tmp_path):
    made = replace(make_identification(**CASES[case]), warnings=(HOSTILE,), source=HOSTILE)
    text = render_identification(made, samples=[picture()] * 20, details={"command": HOSTILE, "x": "y" * 300})
    page = check_page(text)
    assert made.verdict in page.words
    assert "16 of 500 pictures." in page.words
    assert "\u202e" not in page.words
    assert "What this does not prove" in page.words
    if case == "hostile":
        path = tmp_path / "page.html"
        path.write_text(text)
        seen = look(path, width=375)
        assert (seen.errors, seen.requests, seen.not_shown, seen.overflow) == ((), (), (), 0)


def test_equal_results_give_equal_bytes():
    first, second = (
        render_identification(make_identification(**CASES["one model, gaps"]), details={}) for _ in range(2)
    )
    assert first == second


def test_the_folder_appears_whole_or_not_at_all(tmp_path, picture):
    made, folder = make_identification(2, 2), tmp_path / "out"
    with pytest.raises(WhorlError, match="sample 1"):
        write_identification(folder, made, samples=[np.zeros((2, 2))], details={})
    assert list(tmp_path.iterdir()) == []
    write_identification(folder, made, samples=[picture()], details={"command": "x"})
    names = {"identification.json", "ranking.svg", "ranking.png", "curves.svg", "curves.png", "report.html"}
    assert {path.name for path in folder.iterdir()} == names
    document = json.loads((folder / "identification.json").read_text())
    assert Identification.from_dict(document["identification"]).matches == made.matches
    assert document["fingerprint"]["parts"]["c_t"]
    with pytest.raises(StorageError, match="exists already"):
        write_identification(folder, made, details={})
    plain = make_identification(1, 1, parts=("means",))
    write_identification(folder, plain, details={}, overwrite=True)
    assert not (folder / "curves.svg").exists()
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(StorageError, match="holds more than"):
        write_identification(folder, made, details={}, overwrite=True)
    assert (folder / "mine.txt").read_text() == "keep"


def test_neither_torch_nor_the_command_line_is_imported():
    code = (
        "import sys, whorl.report.identification.folder, whorl.report.identification.table\n"
        "import whorl.report.evaluation.folder, whorl.report.evaluation.tables\n"
        "print([name for name in ('torch', 'transformers', 'whorl.cli') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
