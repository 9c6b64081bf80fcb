"""Answers about single pictures as words, tables, figures, a page and a folder."""

import csv
import io
import json
import subprocess
import sys

import numpy as np
import pytest
from pages import check_page
from rich.console import Console

from whorl.attribution.answers import Answers
from whorl.attribution.attributor import Attributions, SetAttribution
from whorl.attribution.examples import Example, artifact_pictures, examples_of
from whorl.attribution.rejection import STRANGE, Limits
from whorl.errors import StorageError, WhorlError
from whorl.images.array import ArraySource
from whorl.manifold import Manifold
from whorl.report.attribution import (
    ClassSharesDisplay,
    ExamplesDisplay,
    answers_table,
    attribution_headline,
    holds_attribution,
    render_attribution,
    write_attribution,
)

LABELS = ("ddpm", "<b>x</b>", "real")
ROWS = [[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.4, 0.3, 0.3], [0.1, 0.1, 0.8]]


def answers(*, known=True, threshold=0.5, whole=True, ids=("1.png", "2.png", "3.png", "4.png"), skipped=0):
    limits = None if threshold is None else Limits(1, threshold, 2.0, 0.4)
    distances = None if threshold is None else np.array([0.3, 0.4, 0.6, 0.4])
    found = Attributions(LABELS, ids, np.array(ROWS), distances, limits, None if limits is None else 1.3)
    votes, shares = (
        {"ddpm": 0.75, "<b>x</b>": 0.0, "real": 0.25},
        dict(zip(LABELS, [0.5, 0.175, 0.325], strict=True)),
    )
    needed = None if threshold is None else Limits(4, 1.45, 1.6, 0.9)
    reason = None if known is not False else STRANGE
    agreed = SetAttribution("ddpm", known, 0.5, shares, votes, 4, 1.3, needed, reason)
    return Answers("durall", "asked", found, agreed if whole else None, skipped=skipped)


def printed(table, width=100):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(table)
    return " ".join(console.export_text().split())


def test_shares_and_answers_are_counted():
    made = answers()
    assert made.names == ("ddpm", "ddpm", "unknown", "real")
    assert dict(made.answered) == {"ddpm": 0.5, "<b>x</b>": 0.0, "real": 0.25, "unknown": 0.25}
    assert made.shares["ddpm"] == pytest.approx(0.5)
    assert sum(made.shares.values()) == pytest.approx(1)
    assert [row["probability"] for row in made.rows()] == pytest.approx([0.8, 0.7, 0.4, 0.8])
    assert made.rows()[2]["likeliest"] == "ddpm"


@pytest.mark.parametrize(
    ("known", "threshold", "said"),
    [
        (True, 0.5, "All together: ddpm."),
        (False, 0.5, "All together: unknown. The pictures are no nearer"),
        (None, None, "cannot be told"),
    ],
)
def test_the_headline_says_no_more_than_the_numbers(known, threshold, said):
    assert said in attribution_headline(answers(known=known, threshold=threshold))
    assert "All together" not in attribution_headline(answers(whole=False))
    assert "50 % ddpm" in attribution_headline(answers())


def test_the_table_says_answer_support_and_threshold():
    told = printed(answers_table(answers(skipped=2)))
    for words in (
        "3.png unknown ddpm 40 %",
        "less than 1.45 is needed",
        "lies at 0.5 or more",
        "40 % are taken for known, and of sets of 4 by known models 90 %",
        "says little of a single picture",
        "2 pictures could not",
    ):
        assert words in told
    assert "nearest real" not in told
    assert "when to was not learned" in " ".join(
        printed(answers_table(answers(known=None, threshold=None))).split()
    )


def test_figures_say_in_words_what_they_show():
    told = ClassSharesDisplay(answers()).plot(small=True).description
    assert "ddpm 50 %, 50 %" in told
    assert told.endswith("unknown, 25 %.")
    with pytest.raises(WhorlError, match="at least one"):
        ExamplesDisplay(())
    with pytest.raises(WhorlError, match="nearest real: expected uint8"):
        ExamplesDisplay([example(nearest=np.zeros((4, 4)))])


def example(**changes):
    grey = np.full((8, 8, 3), 90, np.uint8)
    values = {"id": "a.png", "answer": "ddpm", "probability": 0.8, "picture": grey, "nearest_id": None}
    return Example(**{**values, "nearest": None, "artifact": None, **changes})


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_examples_have_a_row_for_what_is_at_hand(rows):
    grey = np.full((8, 8, 3), 90, np.uint8)
    more = dict(zip(("nearest", "artifact"), [grey] * (rows - 1), strict=False))
    display = ExamplesDisplay([example(**more), example(picture=None)]).plot()
    assert len(display.axes_) == 2 * rows


def test_an_artifact_is_grey_where_nothing_differs_and_brighter_where_the_picture_has_more():
    values = np.zeros((2, 3, 2, 2), np.float32)
    values[0, 0, 0, 1], values[1, 2, 1, 0] = 0.25, -0.5
    one, two = artifact_pictures(values)
    assert one[0, 1].tolist() == [191, 128, 128]
    assert two[1, 0].tolist() == [128, 128, 0]
    assert (artifact_pictures(np.zeros((1, 3, 2, 2), np.float32))[0] == 128).all()


def test_nearest_pictures_come_from_the_manifold_or_from_files_that_have_not_changed():
    rng = np.random.default_rng(0)
    real, made = (rng.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8) for n in (30, 4))
    for space in ("pixels:8", "spectrum:8"):
        manifold = Manifold.fit(real, encoder=space, cache=None)
        artifacts = manifold.artifacts(made, cache=None)
        source = ArraySource(made)
        found = Attributions(LABELS, source.ids, np.array(ROWS))
        asked = Answers("manifold", "x", found, None, artifacts)
        rows = [int(name.rpartition("-")[2]) for name in artifacts.nearest_ids]
        there = examples_of(asked, source, manifold, real=ArraySource(real))
        assert [each.id for each in there] == list(source.ids)
        for each, picture, row in zip(there, made, rows, strict=True):
            np.testing.assert_array_equal(each.picture, picture)
            np.testing.assert_array_equal(each.nearest, real[row])
        changed = examples_of(asked, source, manifold, real=ArraySource(real ^ 1))
        in_rgb = space == "pixels:8"
        assert all((each.nearest is not None) == in_rgb for each in changed)
        assert all((each.artifact is not None) == in_rgb for each in there)


def test_the_page_is_whole_and_deaf_to_names():
    grey = np.full((8, 8, 3), 90, np.uint8)
    made = answers(ids=("<b>x</b>", "2.png", "a\u202eb", "$x$"), skipped=1)
    shown = [example(id="<b>x</b>", nearest=grey, artifact=grey), example(id="$x_$")]
    page = check_page(render_attribution(made, examples=shown, details={"command": "whorl <b>x</b>"}))
    for words in (
        "All together: ddpm.",
        "What this does not prove",
        "1 picture could not be read",
        "Grey: no diff",
    ):
        assert words in page.words
    assert render_attribution(made, details={}) == render_attribution(made, details={})


def test_the_folder_appears_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "out"
    with pytest.raises(WhorlError, match="expected uint8"):
        write_attribution(folder, answers(), examples=[example(picture=np.zeros((2, 2)))], details={})
    assert list(tmp_path.iterdir()) == []
    write_attribution(folder, answers(), examples=[example()], details={"command": "x"})
    assert holds_attribution(folder)
    document = json.loads((folder / "result.json").read_text())
    assert document["attribution"]["together"]["label"] == "ddpm"
    assert len(document["pictures"]) == 4
    with (folder / "pictures.csv").open() as file:
        assert [row["answer"] for row in csv.DictReader(file)] == ["ddpm", "ddpm", "unknown", "real"]
    with pytest.raises(StorageError, match="exists already"):
        write_attribution(folder, answers(), details={})
    write_attribution(folder, answers(), details={}, overwrite=True)
    assert not (folder / "examples.svg").exists()
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(StorageError, match="holds more than"):
        write_attribution(folder, answers(), details={}, overwrite=True)


def test_neither_torch_nor_the_command_line_is_imported():
    code = (
        "import sys, whorl.report.attribution.folder, whorl.report.attribution.tables\n"
        "print([name for name in ('torch', 'transformers', 'whorl.cli') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
