"""Differences between sets in words, as a table and as a figure: the right side, the right mark."""

import io
from dataclasses import replace
from itertools import combinations

import pytest
from rich.console import Console

from whorl import WhorlError
from whorl.evidence import LayerDifference, PairDifference, TailCounts
from whorl.memorization import Comparison, SharedPictures
from whorl.report import DifferencesDisplay, ReportEntry, differences_table, render_report
from whorl.report.difference_words import pair_words, shared_words, sizes_words, summary_words
from whorl.report.differences_display import MOST_PANELS

LAYERS = (1, 2, 3)


def layer(number, placement, *, adjusted=0.5, by="mean rank", tail=(8, 8, 0)):
    ends = (None, None) if placement is None else (placement - 0.05, placement + 0.05)
    z = None if placement is None else placement / 0.025
    return LayerDifference(
        number, placement, *ends, z, TailCounts("distance", *tail), 0.01, 0.2, adjusted, by
    )


def pair(first="a", second="b", *, placement=-0.3, adjusted=0.002, sizes=(500, 500), **last):
    layers = [layer(number, placement / 2) for number in LAYERS[:-1]]
    layers.append(layer(LAYERS[-1], placement, adjusted=adjusted / 2, **last))
    return PairDifference(first, second, *sizes, tuple(layers), adjusted / 2, adjusted, 1999)


def comparison(make_curve, *pairs, sizes=None):
    names = list(dict.fromkeys(name for each in pairs for name in (each.first, each.second)))
    curves = {name: make_curve([-1.0, 0.0, 1.0], n_generated=(sizes or {}).get(name, 500)) for name in names}
    return Comparison(curves, tuple(pairs))


def printed(compared, *, width=80, encoding="utf-8"):
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    Console(file=file, width=width).print(differences_table(compared))
    file.flush()
    return raw.getvalue().decode(encoding)


def test_words_say_who_is_nearer_where_and_how_sure():
    near = pair_words(pair(), 3, 6)
    assert near.startswith(
        "a lies nearer to training than b: mean placements differ by −0.30 at layer 3 (a minus b;"
    )
    assert "95 % interval −0.35 to −0.25; adjusted p = 0.002 for 3 layers and 6 pairs" in near
    assert pair_words(pair(placement=0.3), 3, 1).startswith("b lies nearer to training than a")
    assert "adjusted p = 0.002 for 3 layers)" in pair_words(pair(), 3, 1)
    none = pair_words(pair(adjusted=0.3), 3, 6)
    assert none.startswith("No difference is shown between a and b (adjusted p = 0.3")
    tail = pair_words(pair(placement=0.01, by="lower tail", tail=(9, 8, 1), sizes=(200, 500)), 3, 1)
    assert "More pictures of a than of b" in tail
    assert "of the 9 nearest at layer 3, 8 are of a and 1 of b" in tail


def test_the_summary_counts_pairs_and_speaks_of_sizes_only_where_they_differ(make_curve):
    one = comparison(make_curve, pair())
    assert summary_words(one).startswith("The two sets differ.")
    assert sizes_words(one) is None
    three = comparison(make_curve, pair(), pair("a", "c", adjusted=0.4), pair("b", "c", adjusted=0.4))
    assert summary_words(three).startswith("1 of 3 pairs of sets differs.")
    none = comparison(
        make_curve, pair(adjusted=0.4), pair("a", "c", adjusted=0.4), pair("b", "c", adjusted=0.4)
    )
    assert summary_words(none).startswith("None of 3 pairs of sets differ.")
    assert "(80 to 500)" in sizes_words(comparison(make_curve, pair(), sizes={"a": 80}))


def test_the_table_fits_80_columns_and_has_a_row_for_each_pair(make_curve):
    compared = comparison(
        make_curve,
        pair("a name with \u202e and far too many letters", "b"),
        pair("a name with \u202e and far too many letters", "c", placement=0.02, adjusted=0.31),
        pair("b", "c", placement=0.01, by="lower tail", tail=(8, 0, 8)),
    )
    text = printed(compared)
    assert max(map(len, text.splitlines())) <= 80
    rows = [line.split() for line in text.splitlines()]
    row = next(each for each in rows if each[:2] == ["b", "c"])
    assert row == ["b", "c", "B", "nearer", "3", "tail", "+0.01", "−0.04", "to", "+0.06", "0.002"]
    assert any(each[-9:-7] == ["not", "shown"] for each in rows), text
    assert "\u202e" not in text
    ascii_text = printed(compared, encoding="ascii")
    assert "A - B" in ascii_text
    assert "-0.30" in ascii_text


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_long_names_lose_their_middle_and_no_column_its_numbers(make_curve, encoding):
    names = [f"models/a-long-name/epoch-{number:06}" for number in (100, 200)]
    text = printed(comparison(make_curve, pair(*names, adjusted=0.0123)), encoding=encoding)
    assert max(map(len, text.splitlines())) <= 80
    row = text.splitlines()[2].replace("|", " ").split()
    assert row[0].endswith("00100")
    assert row[1].endswith("00200")
    assert row[-1] == "0.012"


def test_shared_pictures_are_told_for_their_pair(make_curve):
    compared = replace(comparison(make_curve, pair()), shared=(SharedPictures("a", "b", 1),))
    (told,) = shared_words(compared)
    assert told.startswith("1 of the 500 pictures of a is also in b (500).")
    assert "p-value of this pair is wrong" in told
    assert "also in b (500)" in " ".join(printed(compared).split())
    entries = [ReportEntry(name, curve) for name, curve in compared.curves.items()]
    assert told in render_report(entries, title="x", comparison=compared)


def test_the_figure_has_a_panel_for_each_pair_and_marks_what_differs(make_curve):
    compared = comparison(
        make_curve, pair(), pair("a", "$c$", adjusted=0.3), pair("b", "$c$", placement=0.2, by="lower tail")
    )
    display = DifferencesDisplay(compared).plot()
    shown = [ax for ax in display.figure_.axes if ax.get_visible()]
    assert [ax.get_title(loc="left") for ax in shown] == ["a − b", "a − $c$", "b − $c$"]
    points = [[line for line in ax.lines if line.get_marker() in ("o", "D")] for ax in shown]
    filled = [[line.get_markerfacecolor() != "white" for line in each] for each in points]
    assert filled == [[False, False, True], [False, False, False], [False, False, True]]
    assert points[2][-1].get_marker() == "D"
    assert "a minus b from −0.30 to −0.15 (they differ)" in display.description
    assert DifferencesDisplay(compared).to_svg() == DifferencesDisplay(compared).to_svg()


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("count", [2, 3, 4, 7])
def test_any_number_of_pairs_is_drawn_the_clearest_of_many(make_curve, count, small):
    pairs = [pair(f"s{i}", f"s{j}", adjusted=0.001 * (10 * i + j)) for i, j in combinations(range(count), 2)]
    display = DifferencesDisplay(comparison(make_curve, *pairs)).plot(small=small)
    assert sum(ax.get_visible() for ax in display.figure_.axes) == min(len(pairs), MOST_PANELS)
    if count == 7:
        assert pairs[-1] not in display.shown


def test_a_layer_without_a_cell_that_holds_both_is_left_blank(make_curve):
    bare = pair()
    layers = (layer(1, None, adjusted=1.0), *bare.layers[1:])
    compared = comparison(make_curve, PairDifference("a", "b", 500, 500, layers, 0.001, 0.002, 1999))
    ax = DifferencesDisplay(compared).plot().figure_.axes[0]
    assert sum(line.get_marker() == "o" for line in ax.lines) == 2
    page = render_report(
        [ReportEntry(n, c) for n, c in compared.curves.items()], title="x", comparison=compared
    )
    assert '<td class="n">none</td>' in page


def test_a_report_holds_the_differences_of_its_own_sets_only(make_curve):
    odd = "<b>c</b>"
    compared = comparison(make_curve, pair("a", odd))
    entries = [ReportEntry(name, curve) for name, curve in compared.curves.items()]
    page = render_report(entries, title="x", comparison=compared)
    assert "Which sets differ" in page
    assert odd not in page
    assert "Which sets differ" not in render_report(entries, title="x")
    with pytest.raises(WhorlError, match="other sets"):
        render_report(entries[:1], title="x", comparison=compared)
