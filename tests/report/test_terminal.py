"""The curve in the terminal: 80 columns, no colour needed, no letter the terminal lacks."""

import io

import pytest
from rich.console import Console

from whorl.report import comparison_table, curve_table


def printed(table, *, width=80, encoding="utf-8", **options):
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    Console(file=file, width=width, **options).print(table)
    file.flush()
    return raw.getvalue().decode(encoding)


def shown(curve, **options):
    return printed(curve_table(curve), **options)


def test_it_fits_80_columns_and_says_it_in_words(copying):
    text = shown(copying)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    row = next(line for line in text.splitlines() if line.split()[:1] == ["3"])
    assert row.split()[1:3] == ["−8.74", "−27.3"]
    assert row.split()[-4:] == ["<", "1e-9", "mean", "copies"]
    assert "early copies" in text
    assert "late  healthy" in text
    assert "layer 11, standardised +2.2, adjusted p = 0.17" in text
    assert "Signs of copying" in text


def test_bars_lie_on_the_side_of_their_sign(make_curve):
    text = shown(make_curve([-30.0, 30.0, 0.0]))
    low, high, zero = (
        next(line for line in text.splitlines() if line.split()[:1] == [layer]) for layer in "123"
    )
    assert "████████│ " in low
    assert " │████████" in high
    assert "█" not in zero


@pytest.mark.parametrize("width", [80, 60])
def test_ascii_terminals_get_ascii(make_curve, width):
    curve = make_curve([-30.0, 0.0], layers=("日本", "x" * 40), warnings=("“quoted” …",), identical=3)
    text = shown(curve, width=width, encoding="ascii")
    assert "########|" in text
    assert "-30.0" in text


def test_colour_is_an_extra(copying):
    plain, coloured = shown(copying), shown(copying, force_terminal=True, color_system="standard")
    assert "\x1b" not in plain
    assert "\x1b[1;31mcopies" in coloured


def test_names_are_no_markup(make_curve):
    text = shown(make_curve([0.0], layers=("[red]x[/]",), warnings=("[link=http://x]y[/]",)))
    assert "[red]x[/]" in text
    assert "[link=http://x]y[/]" in text


def test_one_layer_has_one_verdict_and_copies_are_loud(make_curve):
    text = shown(make_curve([-9.0], identical=2))
    assert "early" not in text
    assert "2 of 500 generated pictures equal a training picture pixel for pixel." in text


def test_a_score_that_is_no_number_draws_no_bar(make_curve):
    assert "none" in shown(make_curve([float("nan"), 1.0]))


def test_several_curves_have_a_row_each(copying, make_curve):
    curves = {
        "mine": copying,
        "a name with \u202e and far too many letters": make_curve([9.0, 1.0], identical=None),
    }
    text = printed(comparison_table(curves))
    assert max(map(len, text.splitlines())) <= 80
    title, _, first, second = text.splitlines()[:4]
    columns = ["set", "whole", "early", "late", "lowest", "highest", "listed", "exact"]
    assert title.split() == columns
    assert first.split() == ["mine", "copies", "copies", "healthy", "−27.3", "+2.2", "?", "0"]
    assert second.split()[-4:] == ["+1.0", "+9.0", "?", "?"]
    assert "…etters " in second
    assert "\u202e" not in text


def test_several_curves_of_one_third_have_one_verdict(make_curve):
    curve = make_curve([0.0, 1.0], layers=(1, 2), of_layers=tuple(range(1, 13)))
    text = printed(comparison_table({"mine": curve}))
    assert "late" not in text
    assert "Of the 12 layers of this Reference, layers 1, 2 are scored" in " ".join(text.split())


def test_each_row_gives_the_p_value_and_the_statistic_of_its_verdict(few):
    text = shown(few)
    for layer, found in zip(few.evidence.layers, few.by_layer, strict=True):
        row = next(line for line in text.splitlines() if line.split()[:1] == [str(layer.layer)])
        assert row.split()[-3:] == [f"{layer.adjusted_copies:.2g}", "tail", "copies"]
        assert (found.p_value, found.by) == (layer.adjusted_copies, "lower tail")
    whole = few.verdict.whole
    score = few.scores[few.layers.index(whole.strongest)]
    assert whole.standardised == score.standardised
    assert "by lower tail" in text
    assert "by tail: how many pictures" in text


def test_several_curves_without_utf8(copying):
    text = printed(comparison_table({"mïne": copying}), encoding="ascii")
    assert "m\\xefne" in text
    assert "-27.3" in text
