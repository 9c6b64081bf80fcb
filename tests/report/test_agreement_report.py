"""Agreement of two kinds of evidence shown: in tables, words and on the page of an evaluation."""

import io
import json
from dataclasses import replace

import pytest
from made_up_results import HOSTILE, METHODS, make_evaluation
from pages import check_page
from rich.console import Console

from whorl.evaluation.results import Agreement, Evaluation
from whorl.report.evaluation import evaluation_tables, render_evaluation
from whorl.report.evaluation.agreement_grid import agreement_grid
from whorl.report.evaluation.words import agreement_words

OTHER = "manifold:rgb"


def agreement(size=50, *, task="new-run", method=METHODS[0], other=OTHER, **changes):
    made = Agreement(task, size, method, other, 0.75, 0.98, 0.93, 1.0, 0.85, 0.8, 0.46, 0.26, 18, 270)
    return replace(made, **changes)


@pytest.fixture
def evaluation():
    methods = (*METHODS[:2], OTHER, HOSTILE)
    made = make_evaluation(architectures=2, runs=2, methods=methods, sizes=(50, 200), tasks=("new-run",))
    return replace(
        made,
        agreements=(
            agreement(),
            agreement(200, value=0.9),
            agreement(method=METHODS[1], value=0.1),
            agreement(other=HOSTILE, value=0.0, right=None, low=None, high=None),
            agreement(200, other=HOSTILE, value=1.0, method_apart=None, other_apart=None),
        ),
    )


def test_the_table_tells_every_pair(evaluation):
    grid = agreement_grid(evaluation, "new-run")
    assert grid.rows[0] == (
        METHODS[0], OTHER, "50", "75 %", "98 %", "93 % to 100 %", "85 %; 80 %", "46 %; 26 %", "270",
    )  # fmt: skip
    assert [row[2] for row in grid.rows] == ["50", "200", "50", "200", "50"]
    assert grid.rows[2][4:6] == ("never", "never")
    assert grid.rows[3][-2] == "never"
    assert len(agreement_grid(evaluation, "new-run", 200).rows) == 2


def test_the_words_are_of_the_default_at_the_largest_size(evaluation):
    (told,) = agreement_words(evaluation)
    assert "200 pictures: early-means and manifold:rgb say the same of 90 % of queries" in told
    assert "are right in 98 % of those (95 % interval 93 % to 100 %; 18 sets)" in told
    assert "where they differ, in 46 % and 26 %" in told
    never = replace(evaluation, agreements=evaluation.agreements[3:4])
    assert "right in 98 %" not in agreement_words(never)[0]
    always = replace(evaluation, agreements=evaluation.agreements[4:])
    assert "differ" not in agreement_words(always)[0]
    assert agreement_words(replace(evaluation, agreements=())) == ()


@pytest.mark.parametrize(("width", "there"), [(80, "right then"), (200, "differing")])
def test_the_terminal_shows_what_fits(evaluation, width, there):
    file = io.StringIO()
    Console(file=file, width=width).print(evaluation_tables(evaluation))
    text = file.getvalue()
    assert all(len(line) <= width for line in text.splitlines())
    assert there in text
    assert "\u202e" not in text


def test_the_page_has_a_section_where_both_kinds_were_tried(evaluation):
    page = check_page(render_evaluation(evaluation, details={}))
    assert "what is agreement worth?" in page.words
    assert "93 % to 100 %" in page.words
    assert "worth?" not in check_page(render_evaluation(replace(evaluation, agreements=()), details={})).words


def test_results_with_and_without_agreements_are_read(evaluation):
    data = json.loads(json.dumps(evaluation.to_dict()))
    assert Evaluation.from_dict(data) == evaluation
    del data["agreements"]  # as earlier versions wrote it
    assert Evaluation.from_dict(data) == replace(evaluation, agreements=())
