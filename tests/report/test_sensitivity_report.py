"""Which layers to trust: in the report, as a figure, in the terminal."""

import io
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from whorl.report import ReportEntry, render_report
from whorl.report.figures import check_svg
from whorl.report.sensitivity_display import SensitivityDisplay
from whorl.report.sensitivity_table import SensitivityTable
from whorl.report.sensitivity_words import sensitivity_words
from whorl.sensitivity import Interval, MeasuredAlteration, SensitivityProfile

HOSTILE = "$\\frac{</title><script>alert(1)</script>\u202e"


def made(low, high, *, layers=None, wins=200):
    response = np.stack([low, high], axis=1)[..., None].astype(float) * np.array([0.5, 1.5])
    count = len(response)
    alterations = (
        MeasuredAlteration("noise", "low", "grey levels of 255", (8.0, 16.0)),
        MeasuredAlteration("patch shuffle", "high", "patches a side", (2.0, 4.0)),
    )
    return SensitivityProfile(
        layers=tuple(layers or range(1, count + 1)),
        alterations=alterations,
        response=response,
        low=0.9 * response,
        high=1.1 * response,
        recognised=np.full_like(response, 0.25),
        low_wins=np.full(count, wins),
        high_wins=np.full(count, 77),
        resamples=200,
        n_pictures=100,
        seed=0,
        encoder="ab" * 32,
    )


@pytest.fixture
def profile():
    return made([0.8, 0.6, 0.4], [0.1, 0.3, 0.5])


def test_the_words_give_the_layers_the_numbers_and_the_stability(profile):
    told = " ".join(sensitivity_words(profile))
    assert "trust layer 1, for high level (how parts are arranged) layer 3" in told
    assert "by 0.80 and 0.10 at layer 1, by 0.40 and 0.50 at layer 3" in told
    assert "from −2.08 to +0.22" in told  # log(0.1 / 0.8), log(0.5 / 0.4)
    assert "in 200 of them and layer 3 in 77" in told
    assert "other layers are about as good" in told
    assert "were therefore scored" in " ".join(sensitivity_words(profile, auto=True))
    assert "to +0.22, by 2.30;" in told
    assert "hardly differ" not in told


def test_layers_that_hardly_differ_are_said_to():
    told = " ".join(sensitivity_words(made([0.5, 0.5], [0.5, 0.55])))
    assert "But the layers hardly differ: the contrast rises by less than 0.22" in told
    unsure = replace(made([0.5, 0.5], [0.5, 0.9]), rise=Interval(-0.2, 1.3))
    told = " ".join(sensitivity_words(unsure))
    assert "with other pictures the contrast might not rise" in told
    assert "by 0.59 (95 % interval −0.20 to +1.30)" in told
    assert SensitivityDisplay.from_profile(unsure).description.endswith("The two hardly differ.")


def test_where_nothing_is_chosen_the_reason_is_told():
    (told,) = sensitivity_words(made([0.1, 0.8], [0.8, 0.1]))
    assert told.startswith("No low-level and high-level layer is named: no layer of this encoder")
    (told,) = sensitivity_words(made([0.1], [0.8]))
    assert "one layer to choose from" in told


@pytest.mark.parametrize("small", [False, True])
def test_the_figure_is_the_same_each_time_and_draws_every_grade(profile, small):
    one, other = (SensitivityDisplay.from_profile(profile).plot(small=small) for _ in range(2))
    assert one.to_svg() == other.to_svg()
    check_svg(one.to_svg(), "figure")
    panels, contrast = one.axes_[:2], one.axes_[2]
    for panel, a in zip(panels, range(2), strict=True):
        drawn = np.array([line.get_ydata() for line in panel.get_lines()])
        assert np.array_equal(drawn, profile.response[:, a].T)
    assert np.allclose(contrast.get_lines()[0].get_ydata(), np.log([0.1 / 0.8, 0.5, 0.5 / 0.4]))
    assert "Low level: layer 1; high level: layer 3." in one.description


@pytest.mark.parametrize("layers", [1, 2, 40])
def test_one_layer_and_many_are_drawn(layers):
    rising = np.linspace(0.2, 0.9, layers)
    SensitivityDisplay.from_profile(made(rising[::-1], rising)).plot(small=True).to_svg()


def test_the_report_has_the_section_where_there_is_a_profile(profile, make_curve):
    entry = ReportEntry("set", make_curve([0.1, 0.2, 0.3]))
    assert "Which layers to trust" not in render_report([entry], title="An audit")
    page = render_report([entry], title="An audit", sensitivity=profile)
    assert page.count("Which layers to trust") == 1
    assert "the ones to read if only two are" in page
    assert "0.15 (25 %)" in page  # the strongest grade, the share recognised
    of_two = ReportEntry("set", make_curve([0.1, 0.2], layers=(1, 3)))
    assert "were therefore scored" in render_report([of_two], title="An audit", sensitivity=profile)


def test_names_of_strangers_do_nothing(make_curve, tmp_path):
    layers = (HOSTILE, f"{HOSTILE}2")
    profile = made([0.8, 0.4], [0.1, 0.5], layers=layers)
    strange = tuple(replace(each, name=HOSTILE, unit=HOSTILE) for each in profile.alterations)
    profile = replace(profile, alterations=strange)
    page = render_report(
        [ReportEntry("set", make_curve([0.1, 0.2], layers=layers))], title="An audit", sensitivity=profile
    )
    assert "<script" not in page
    assert "\u202e" not in page
    svg = SensitivityDisplay.from_profile(profile).to_svg()
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    SensitivityDisplay.from_profile(profile).save(tmp_path / "figure.png")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_terminal_says_the_same(profile, encoding):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=file, width=80)
    console.print(SensitivityTable(profile))
    file.flush()
    told = file.buffer.getvalue().decode(encoding)
    assert max(map(len, told.splitlines())) <= 80
    assert "low level" in told
    assert "high level" in told
    assert "trust layer 1" in told
