"""A study of keys as figure, table, page and folder."""

import json
from dataclasses import replace

import pytest

from whorl.errors import StorageError, WhorlError
from whorl.latent.studies.quality import Quality
from whorl.latent.studies.study import LatentStudy, Point
from whorl.latent.studies.summary import ReadSummary, Share
from whorl.report.latent_study import LatentStudyDisplay, holds_latent_study, study_grid, write_latent_study
from whorl.report.latent_study.page import render_study


def read(share):
    whole = Share(share, max(0, share - 0.1), min(1, share + 0.1))
    wrong = Share(0.1, 0.087, 0.114)
    return ReadSummary(60, 32, Share(0.9, 0.88, 0.92), whole, whole, 0.0, 1234.5, 0.085, 0.3, wrong)


def price(ratio):
    return Quality("pixels:8", "pixels", 100, 0, 1.0, 1.02, ratio, ratio, ratio - 0.02, ratio + 0.03, 2.5)


@pytest.fixture
def study():
    return LatentStudy(
        "strength",
        "How strong a key has to be",
        "What does strength buy?",
        "strength (sigma)",
        {
            "lattice": tuple(
                Point(f"{x:g} times", x, read(min(1, x)), price(1 + x / 10)) for x in (0.25, 0.5, 1)
            ),
            "by design": (Point("by design", None, read(0.95), price(1.05)),),
        },
        ("A note.",),
        {"generator": "linear", "seed": 0},
        logarithmic=True,
    )


@pytest.fixture
def forged():
    points = tuple(
        Point(f"forged with {name}", others={"taken_for_the_victim": share, "low": share * 0.9, "high": 1.0})
        for name, share in (("basis", 1.0), ("nothing <b>", 0.0))
    )
    return LatentStudy("forging", "Forging", "Who can?", "", {"lattice": points}, (), {})


@pytest.mark.parametrize("small", [False, True])
def test_shares_and_prices_are_drawn_where_they_are(study, small):
    display = LatentStudyDisplay(study).plot(small=small)
    shares, prices = display.axes_
    assert shares.get_xscale() == "log"
    lines = [line for line in shares.lines if list(line.get_xdata()) == [0.25, 0.5, 1]]
    assert list(lines[0].get_ydata()) == [0.25, 0.5, 1]
    lines = [line for line in prices.lines if list(line.get_xdata()) == [0.25, 0.5, 1]]
    assert list(lines[0].get_ydata()) == pytest.approx([1.025, 1.05, 1.1])
    assert "lattice: 0.25 times 25 %" in display.description


@pytest.mark.parametrize("small", [False, True])
def test_conditions_without_an_axis_are_rows(forged, small):
    display = LatentStudyDisplay(forged).plot(small=small)
    (rows,) = display.axes_
    assert next(text.get_text() for text in rows.get_yticklabels()).startswith("forged with basis")
    assert "taken for the victim's" in display.description


def test_the_table_says_what_was_read_and_what_it_cost(study, forged):
    grid = study_grid(study)
    assert [column.title for column in grid.columns][-2:] == ["Frechet ratio", "change"]
    assert grid.rows[0][:5] == (
        "lattice",
        "0.25 times",
        "90.0 [88.0, 92.0]",
        "25.0 [15.0, 35.0]",
        "25.0 [15.0, 35.0]",
    )
    assert study_grid(forged).rows[0][2] == "100.0 [90.0, 100.0]"


@pytest.mark.parametrize("small", [False, True])
def test_predicted_errors_stand_beside_the_measured_ones(study, small):
    foretold = replace(study, name="errors", foretold=True)
    display = LatentStudyDisplay(foretold).plot(small=small)
    assert len(display.axes_) == 2
    errors = display.axes_[1]
    along = [list(line.get_ydata()) for line in errors.lines if list(line.get_xdata()) == [0.25, 0.5, 1]]
    assert along == [[0.1] * 3, [0.085] * 3]
    bars = [list(line.get_ydata()) for line in errors.lines if list(line.get_xdata()) == [0.25, 0.25]]
    assert bars == [[0.087, 0.114]]
    assert "bits wrong 10 %, predicted 8.5 %" in display.description
    grid = study_grid(foretold)
    assert [column.title for column in grid.columns][2:4] == ["bits wrong", "predicted"]
    assert grid.rows[0][2:4] == ("10.0 [8.7, 11.4]", "8.5")
    # A reader that does not say leaves the place empty.
    silent = replace(study.series["lattice"][0].read, predicted=None)
    points = {"lattice": (replace(study.series["lattice"][0], read=silent),)}
    assert study_grid(replace(foretold, series=points)).rows[0][3] == ""
    assert LatentStudyDisplay(replace(foretold, series=points)).plot(small=small).axes_


def test_the_folder_appears_whole_and_is_known_again(study, tmp_path):
    folder = write_latent_study(tmp_path / "s", study, details={"command": "whorl latent study strength"})
    assert {path.name for path in folder.iterdir()} == {
        "result.json",
        "report.html",
        "figure.svg",
        "figure.png",
    }
    assert holds_latent_study(folder)
    assert json.loads((folder / "result.json").read_text())["series"]["lattice"][0]["x"] == 0.25
    with pytest.raises(StorageError, match="exists already"):
        write_latent_study(folder, study, details={})
    write_latent_study(folder, study, details={}, overwrite=True)


def test_the_page_escapes_what_it_shows(forged):
    page = render_study(forged, details={})
    assert "nothing &lt;b&gt;" in page
    assert "nothing <b>" not in page


def test_nothing_to_draw_is_refused(study):
    with pytest.raises(WhorlError, match="no condition"):
        LatentStudyDisplay(replace(study, series={}))
