"""Two kinds of evidence on the page of an identification, in its table and in its folder."""

import io
from dataclasses import replace

import numpy as np
import pytest
from made_up_results import ARCHITECTURES, HOSTILE, make_identification
from pages import check_page
from rich.console import Console

from whorl.attribution.answers import Answers
from whorl.attribution.attributor import Attributions, SetAttribution
from whorl.attribution.rejection import Limits
from whorl.identification import JoinedAnswer, joined
from whorl.report.identification import identification_table, joined_headline, render_identification

LABELS = (*ARCHITECTURES[:4], HOSTILE)
SHARES = (0.6, 0.1, 0.1, 0.1, 0.1)


def answers(method="manifold:rgb:linear", skipped=0):
    shares = dict(zip(LABELS, SHARES, strict=True))
    found = Attributions(LABELS, tuple(map(str, range(500))), np.tile(SHARES, (500, 1)))
    limits = Limits(500, 1.5, 2.0, 0.4)
    whole = SetAttribution(LABELS[0], True, 0.6, shares, shares, 500, 1.2, limits)
    return Answers(method, "asked", found, whole, skipped=skipped)


@pytest.fixture
def found():
    return make_identification(5, 5)


def test_the_page_is_whole_and_deaf_to_names(found):
    both = joined(found, answers(), answers(HOSTILE, skipped=2))
    text = render_identification(found, joined=both, details={})
    page = check_page(text)
    for words in (
        joined_headline(both).replace(HOSTILE, "")[:30],
        "Two kinds of evidence",
        "mean probability 60 %",
        "for so many pictures, less than 1.5 is needed",
        "2 pictures could not be read",
        "are not two proofs",
    ):
        assert words in page.words, words
    assert "\u202e" not in page.words
    assert text == render_identification(found, joined=both, details={})


def test_an_answer_read_back_has_its_table_and_no_figures(found):
    both = joined(found, answers())
    page = check_page(render_identification(found, joined=JoinedAnswer.from_dict(both.to_dict()), details={}))
    assert "mean probability 60 %" in page.words
    assert "Bars: the mean probability" not in page.words


def test_without_attributors_the_page_says_nothing_of_them(found):
    page = check_page(render_identification(found, details={}))
    assert "evidence" not in page.words
    assert "not two proofs" not in page.words


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_a_terminal(found, width):
    long = replace(found, method="a-method-with-a-very-long-name")
    for both in (joined(found, answers()), joined(long, answers(HOSTILE), answers())):
        file = io.StringIO()
        Console(file=file, width=width).print(identification_table(found, both))
        text = file.getvalue()
        assert all(len(line) <= width for line in text.splitlines())
        assert "picture by picture" in text
        assert "\u202e" not in text
