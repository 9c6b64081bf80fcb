"""The verdict in words: never more than the numbers say."""

import pytest

from whorl.report import headline, level_words
from whorl.report.phrases import FOUND, HEADLINES, MEANS, NEXT, NOT_PROVEN
from whorl.report.text import how_often, p_number, percent, plain, shorten, signed
from whorl.report.words import identical_words, limits, nearness, notes

HEALTHY, FAR = [0.3, -0.9, 1.0], [8.0, 0.0, 9.0]


def test_each_finding_has_its_own_words(make_curve):
    for z, finding in (([-9, -9, -9], "copies"), (HEALTHY, "healthy"), (FAR, "under-fits")):
        curve = make_curve(z)
        for level in ("early", "late", "whole"):
            words = level_words(curve, level)
            assert words.finding == finding
            assert (words.found, words.means) == (FOUND[finding], MEANS[finding, level])
            assert (words.not_proven, words.next_step) == (NOT_PROVEN[finding], NEXT[finding])
        assert headline(curve).startswith(HEADLINES[finding])


def test_how_sure_gives_the_deciding_layer_and_its_adjusted_p(copying):
    sure = level_words(copying, "early").sure
    assert "−27.3 at layer 3" in sure
    assert "one of 12 layers that low less than once in a billion comparisons (adjusted p < 1e-9)" in sure
    late = level_words(copying, "late")
    assert "+2.2 at layer 11" in late.sure
    assert f"adjusted p = {copying.verdict.late.p_value:.2g}" in late.sure
    assert late.layers == "layers 9 to 12"


@pytest.mark.parametrize(
    ("z", "where"),
    [
        ([-9, 0, 0], "at early layers, not at late ones"),
        ([0, 0, -9], "at late layers, not at early ones"),
        ([-9, 0, -9], "at early layers and at late ones"),
        ([0, -9, 0], "at the layers in between"),
        ([-9, 0, 9], "At late layers they lie farther away instead."),
        ([9, 0, -9], "At early layers they lie farther away instead."),
        ([9, 0, 0], "at early layers, not at late ones"),
        ([-9], "One layer was measured."),
    ],
)
def test_the_headline_says_where(make_curve, z, where):
    assert where in headline(make_curve(z))


def test_chosen_layers_of_one_third_are_not_told_apart(make_curve):
    curve = make_curve([-9, -8, 0], layers=(1, 2, 3), of_layers=tuple(range(1, 13)))
    told = headline(curve)
    assert "It shows at layers 1, 2." in told
    assert "late" not in told
    assert level_words(curve, "whole").title == "The layers measured"
    split = make_curve([-9, -8, 0], layers=(1, 3, 9), of_layers=tuple(range(1, 13)))
    assert level_words(split, "early").layers == "layers 1, 3"
    assert level_words(split, "late").layers == "layer 9"
    assert "It shows at early layers, not at late ones." in headline(split)
    assert len(notes(split)) == 1
    assert notes(make_curve([0, 0], of_layers=(1, 2))) == ()


def test_healthy_words_warn_of_hidden_copies(make_curve):
    curve = make_curve(HEALTHY)
    assert "very nearest" in headline(curve)
    assert "single copies" in level_words(curve, "whole").not_proven
    assert "Single copies remain possible" in headline(make_curve(FAR))


def test_exact_copies_come_first_whatever_the_score(make_curve):
    for z in (HEALTHY, FAR):
        told = headline(make_curve(z, identical=17))
        assert told.startswith("17 of 500 generated pictures equal a training picture pixel for pixel.")
        assert "No copying" not in told


def test_identical_pictures_are_counted_or_said_to_be_unchecked(make_curve):
    assert identical_words(make_curve([0], identical=1)).startswith(
        "1 of 500 generated pictures equals a training"
    )
    assert identical_words(make_curve([0], identical=0)).startswith("None of the 500")
    assert "not checked" in identical_words(make_curve([0], identical=None))
    assert "pixel" not in identical_words(make_curve([0], identical=2, encoder=""))


def test_low_coverage_skipped_pictures_and_warnings_are_noted(make_curve):
    assert notes(make_curve([0, 0])) == ()
    curve = make_curve([0, 0], coverage=0.62, skipped=(("a.png", "broken"),), warnings=("beware\u202e",))
    coverage, skipped, warning = notes(curve)
    assert coverage.startswith(
        "At layers 1, 2 the score speaks for as little as 62 % of the held-out pictures"
    )
    assert skipped == "1 picture could not be read and is no part of the score."
    assert warning == "beware\\u202e"
    assert notes(make_curve([0], coverage=0.9)) == ()


def test_limits_name_the_encoder_and_the_sets(make_curve):
    told = " ".join(limits(make_curve([0, 0])))
    for words in (
        "google/vit-base-patch16-224-in21k",
        "50,000 training",
        "10,000",
        "2 layers",
        "no proof",
        "5 %",
    ):
        assert words in told
    assert "{" not in told
    assert "{x}" in " ".join(limits(make_curve([0], encoder="{x}")))  # a name is no format


def test_nearness():
    assert nearness(0.0, 10_000) == "nearer than all 10,000 held-out pictures"
    assert nearness(1 / 10_000, 10_000) == "1 of 10,000 held-out pictures is as near"
    assert nearness(0.25, None) == "25 % of the held-out pictures are as near"
    assert nearness(0.0, None) == "nearer than all held-out pictures"


def test_numbers_never_say_more_than_they_know():
    assert [signed(x) for x in (-0.04, 0.0, float("nan"), float("-inf"))] == ["0.0", "0.0", "none", "−∞"]
    assert [p_number(p) for p in (0.0, 1e-300, 3e-5, 0.05)] == ["< 1e-9", "< 1e-9", "3e-5", "0.05"]
    assert [percent(x) for x in (0.99999, 1e-9, 0.9)] == ["> 99.9 %", "< 0.1 %", "90 %"]
    assert how_often(5e-8) == "less than once in a million comparisons"
    assert how_often(0.0099) == "about once in 100 comparisons"


def test_names_show_what_is_invisible():
    assert plain("a\nb\x00\u202e\udcff") == "a\\nb\\x00\\u202e\\udcff"
    assert plain("日本 é עברית 👩‍🎨") == "日本 é עברית 👩‍🎨"
    assert shorten("x" * 200, 20) == "x" * 9 + "…" + "x" * 10
