"""The HTML report: whole, self-contained, deaf to what names try."""

import base64
import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from browser import look
from whorl import Reference, WhorlError
from whorl.errors import StorageError
from whorl.report import (
    CurveDisplay,
    PairPictures,
    ReportEntry,
    ReportFigure,
    render_report,
    write_report,
)

VOID = {"meta", "img", "br", "col", "hr", "link", "input"}
HOSTILE = '"><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>\u202e\udc80'
URL = re.compile(r"https?://|//[a-z]", re.IGNORECASE)


class Page(HTMLParser):
    """Collects tags, attributes and ids, and fails on tags that do not close in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.ids, self.attributes, self.text = [], [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attr) for attr in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


def entry(curve, name="mine", pictures=None):
    pairs = [PairPictures(pair, *(pictures or (None, None))) for pair in curve.closest_pairs]
    return ReportEntry(name, curve, tuple(pairs))


def check_self_contained(text):
    page = Page(text)
    assert not {"script", "iframe", "object", "embed", "link", "form", "base"} & set(page.tags)
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in ("src", "href", "xlink:href", "data", "action", "srcset", "poster"):
            assert value.startswith(("data:image/png;base64,", "#")), (tag, name, value)
        elif not name.startswith("xmlns") and name not in ("alt", "aria-label"):
            assert not URL.search(value or ""), (tag, name, value)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert "http-equiv" in text
    policy = next(
        value for tag, name, value in page.attributes if name == "content" and "default-src" in value
    )
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")
    assert len(page.ids) == len(set(page.ids))
    targets = [
        value[1:] for _, name, value in page.attributes if name in ("href", "xlink:href") and value[0] == "#"
    ]
    assert set(targets) <= set(page.ids)
    for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(svg)
    return page


def test_an_audit_holds_everything_and_asks_for_nothing(copying, picture):
    text = render_report(
        [entry(copying, pictures=(picture(), picture(500)))],
        title="An audit",
        details={"command": "whorl audit", "versions": {"torch": "2.13", "more": {"deep": [1, 2]}}},
    )
    page = check_self_contained(text)
    for words in (
        "▼ copies", "Signs of copying", "Early layers", "Late layers", "The curve",
        "Layer by layer", "Cells of each layer", "Layer 3 , which decides among the early layers",
        "Layer 11 , which decides among the late layers", "nearer than all 10,000 held-out pictures",
        "What this does not prove", "more › deep", "1, 2", "ab" * 32, "9 of 10", "whorl audit",
    ):  # fmt: skip
        assert words in page.words, words
    assert page.tags.count("svg") == 2
    assert page.tags.count("img") == 2 * 3 * 2
    assert [value for tag, name, value in page.attributes if (tag, name) == ("html", "lang")] == ["en"]
    images = [name for tag, name, _ in page.attributes if tag == "img"]
    assert images.count("alt") == images.count("src") == 12
    assert images.count("class") == 6  # only the small pictures show single pixels


def test_hostile_names_stay_text(make_curve, picture):
    curve = make_curve(
        [0.0, 1.0, 0.5], layers=(HOSTILE, "b" * 300, "{{ 7 * 7 }}"), ids=(HOSTILE + "{}", HOSTILE + "'{}"),
        encoder=HOSTILE,
        source=HOSTILE, warnings=(HOSTILE,), skipped=((HOSTILE, HOSTILE),),
    )  # fmt: skip
    entries = [entry(curve, HOSTILE, (picture(), None)), entry(curve, "b")]
    page = check_self_contained(render_report(entries, title=HOSTILE, details={HOSTILE: {HOSTILE: HOSTILE}}))
    assert "alert(1)" in page.words
    assert "\\u202e\\udc80" in page.words
    assert "{{ 7 * 7 }}" in page.words


@pytest.mark.parametrize(
    ("z", "layers"),
    [
        ([-1.2], None),
        ([0.4, -1.2, 0.9, 2.1], None),
        (np.linspace(-30, 30, 24).tolist(), None),
        ([1.0, 2.0], ("stem", "head")),
    ],
)
def test_curves_of_every_length(make_curve, z, layers):
    curve = make_curve(z, layers=layers)
    page = check_self_contained(render_report([entry(curve)], title="x"))
    assert ("Early layers and late layers" in page.words) == (len(z) > 1)
    for layer in curve.layers:
        assert f"Layer {layer}" in page.words


def test_the_table_of_layers_explains_its_verdicts(few, make_curve):
    page = Page(render_report([entry(few)], title="x"))
    for words in ("adjusted p", "lower\u00a0tail", "A point marked copies inside the band"):
        assert words in page.text or words in page.words
    assert "inside the band is so" not in Page(render_report([entry(make_curve([-9.0, 0]))], title="x")).words


def test_no_report_without_a_profile_speaks_of_low_and_high_level(copying, few):
    for curve in (copying, few):
        words = Page(render_report([entry(curve, "a"), entry(curve, "b")], title="x")).words.lower()
        assert "low level" not in words
        assert "high level" not in words


def test_layers_of_one_third_have_one_card(make_curve):
    curve = make_curve([-9.0, 0.0], layers=(1, 2), of_layers=tuple(range(1, 13)))
    words = Page(render_report([entry(curve, "a"), entry(curve, "b")], title="x")).words
    assert "Late layers" not in words
    assert "late layers" not in words
    assert "The layers measured" in words


def test_fifteen_sets_have_an_overview_and_a_section_each(make_curve):
    entries = [ReportEntry(f"model {i}", make_curve([i - 7.0, 0.0, 0.0])) for i in range(15)]
    page = check_self_contained(render_report(entries, title="Fifteen"))
    assert page.tags.count("svg") == 2 * 16
    assert [f"set-{i + 1}" in page.ids for i in range(15)] == [True] * 15
    links = [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")]
    assert links == [f"#set-{i + 1}" for i in range(15)]
    assert "Overview" in page.words


def test_without_pictures_the_ids_are_listed(copying):
    page = check_self_contained(render_report([ReportEntry("mine", copying)], title="x"))
    assert "img" not in page.tags
    assert "train/0.png" in page.words
    assert "not at hand" in page.words
    kept_none = ReportEntry("mine", _without_train_ids(copying))
    assert "id not kept" in check_self_contained(render_report([kept_none], title="x")).words


def _without_train_ids(curve):
    from dataclasses import replace

    return replace(curve, closest_pairs=tuple(replace(pair, train_id=None) for pair in curve.closest_pairs))


def test_exact_copies_are_never_hidden_behind_a_healthy_badge(make_curve):
    page = Page(render_report([ReportEntry("x", make_curve([0.0, 0.1, 0.2], identical=17))], title="x"))
    assert "17 exact copies" in page.words
    assert page.words.count("17 of 500 generated pictures equal") == 1


def test_nor_behind_a_healthy_tag_in_the_overview(make_curve, picture):
    entries = [
        sampled(make_curve([0.0, 0.1], identical=1), picture, "a"),
        sampled(make_curve([0.0, 0.1]), picture, "b"),
    ]
    words = Page(render_report(entries, title="x")).words
    assert words.index("a 1 exact copy ● healthy") < words.index("b ● healthy") < words.index("Each line is")


def test_notes_come_before_the_numbers(make_curve):
    skipped = tuple((f"{i}.png", "broken") for i in range(130))
    curve = make_curve([0.0], coverage=0.5, warnings=("T and P share 3 pictures.",), skipped=skipped)
    words = Page(render_report([ReportEntry("x", curve)], title="x")).words
    assert words.index("T and P share 3 pictures.") < words.index("The curve")
    assert "as little as 50 %" in words
    assert "130 pictures could not be read" in words
    assert "and 30 more" in words


def test_a_layer_in_between_that_decides_is_shown_first(make_curve):
    words = Page(render_report([entry(make_curve([0, -9, 0]))], title="x")).words
    assert words.index("Layer 2 , which decides the whole") < words.index(
        "which decides among the early layers"
    )


def test_equal_input_gives_equal_bytes(copying, picture, tmp_path):
    made = [
        write_report(tmp_path / f"{i}.html", [entry(copying, pictures=(picture(), None))], title="x")
        for i in range(2)
    ]
    assert made[0].read_bytes() == made[1].read_bytes()


def test_a_failure_leaves_the_old_report(copying, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")
    monkeypatch.setattr(
        "pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left"))
    )
    with pytest.raises(StorageError, match="No space left"):
        write_report(path, [entry(copying)], title="x")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_refusals(copying, make_curve):
    with pytest.raises(WhorlError, match="at least one"):
        render_report([], title="x")
    with pytest.raises(WhorlError, match="its own name"):
        render_report([entry(copying), entry(copying)], title="x")
    with pytest.raises(WhorlError, match="different References"):
        render_report([entry(copying), entry(make_curve([0.0], reference="cd" * 32), "b")], title="x")


def test_a_measured_curve_is_reported(tmp_path):
    rng = np.random.default_rng(0)
    T, P = ({layer: rng.normal(size=(n, 6)) for layer in (1, 2, 3)} for n in (400, 200))
    copies = {layer: array[:80] for layer, array in T.items()}
    curve = Reference.from_embeddings(T, P, cells=3).curve_from_embeddings(copies)
    text = write_report(tmp_path / "r.html", [entry(curve)], title="x").read_text()
    assert "80 of 80 generated pictures equal a training picture" in check_self_contained(text).words


def sampled(curve, picture, name="mine", count=16, side=32, about=""):
    samples = tuple(picture(side, seed) for seed in range(count))
    return ReportEntry(name, curve, about=about, samples=samples)


def images(page):
    """The attributes of each <img>, in order."""
    found = []
    for tag, name, value in page.attributes:
        if tag == "img":
            found += [{}] if name == "src" else []
            found[-1][name] = value
    return found


def decoded(image):
    data = base64.b64decode(image["src"].removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)))


def test_one_set_shows_its_pictures_under_the_verdict(copying, picture):
    page = check_self_contained(render_report([sampled(copying, picture, about="From disk.")], title="x"))
    (image,) = images(page)
    assert image["alt"] == "16 of 500 pictures of the set mine"
    assert image["class"] == "pixels"
    assert decoded(image).shape == (int(image["height"]), int(image["width"]), 3)
    words = page.words
    order = (
        "From disk.",
        "Signs of copying",
        "Some of the pictures",
        "16 of 500",
        "Early layers and late layers",
    )
    assert [words.index(told) for told in order] == sorted(words.index(told) for told in order)


def test_sets_show_strips_that_align_and_say_where_there_are_none(make_curve, picture):
    entries = [
        sampled(make_curve([0.0, 0.0]), picture, "small", about="Of a small model."),
        sampled(make_curve([-9.0, 0.0]), picture, "large", side=300),
        sampled(make_curve([9.0, 0.0]), picture, "few", count=3),
        ReportEntry("none", make_curve([0.0, 0.0])),
    ]
    page = check_self_contained(render_report(entries, title="x"))
    small, large, few = images(page)
    assert (small["width"], small["height"]) == (large["width"], large["height"]) == ("890", "50")
    assert few["height"] == "50"
    assert "class" not in large
    assert few["alt"] == "3 of 500 pictures of the set few"
    words = page.words
    assert words.index("Pictures not at hand.") < words.index("Each line is one set")
    assert "Some of the pictures" not in words
    assert words.count("Of a small model.") == 2  # in the table, and under the set's heading


def test_of_many_samples_sixteen_are_shown_and_large_ones_stay_small(copying, picture):
    page = render_report([sampled(copying, picture, count=20, side=32)], title="x")
    assert "16 of 500" in page
    bare = len(render_report([ReportEntry("mine", copying)], title="x"))
    assert len(render_report([sampled(copying, picture, side=1000)], title="x")) - bare < 800_000


def test_a_lead_and_further_figures(make_curve, copying, picture):
    figure = CurveDisplay.from_curves(copying).to_svg()
    figures = [ReportFigure("First", figure, "What it says."), ReportFigure(HOSTILE, figure, HOSTILE)]
    entries = [sampled(copying, picture, HOSTILE, about=HOSTILE), sampled(copying, picture, "b")]
    page = check_self_contained(render_report(entries, title="x", lead=f"Look. {HOSTILE}", figures=figures))
    words = page.words
    order = ("Look. ", "Overview", "First", "What it says.", "Early layers and late layers")
    assert [words.index(told) for told in order] == sorted(words.index(told) for told in order)
    assert page.tags.count("svg") == 2 * 3 + 2
    alone = check_self_contained(render_report(entries[:1], title="x", figures=figures))
    assert "What it says." in alone.words


@pytest.mark.parametrize(
    "svg",
    [
        "", "x", "<svg", "<p></p>", "<svg></svg><p></p>", "<svg><script/></svg>", "<svg><style/></svg>",
        '<svg onload="x"/>', "<svg onload = 'x'/>", '<svg><image href="http://a.example/x"/></svg>',
        "<svg><image href='data:image/svg+xml,x'/></svg>", '<svg><g fill="url(http://a.example)"/></svg>',
        '<svg><a href="#x"/></svg>', "<svg><foreignObject/></svg>", "<svg><!DOCTYPE x></svg>",
        '<?xml version="1.0"?><svg/>', '<svg><image href = "x.png"/></svg>', "<svg><g fill='&e;'/></svg>",
        "<svg><p/></svg>", "<svg/><svg/>", '<svg><title><image src="http://a.example/x"/></title></svg>',
        '<svg><image srcset="http://a.example/x"/></svg>', "<svg fill='u\\72l(http://a.example)'/>",
        "<svg style=\"background-image:image-set('http://a.example' 1x)\"/>", '<svg style="position:fixed"/>',
    ],
)  # fmt: skip
def test_a_figure_that_is_more_than_a_picture_is_refused(svg):
    with pytest.raises(WhorlError, match="figure 'mine': expected one <svg>"):
        ReportFigure("mine", svg, "")


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 4), (0, 8, 3)])
def test_a_sample_that_is_no_picture_is_refused(copying, picture, shape):
    with pytest.raises(WhorlError, match="sample 2 of 'mine': expected uint8"):
        ReportEntry("mine", copying, samples=(picture(), np.zeros(shape, np.uint8)))


@pytest.mark.parametrize("several", [False, True])
def test_a_browser_shows_all_of_it_at_desktop_and_phone_width(copying, picture, tmp_path, several):
    samples = tuple(picture(side) for side in (8, 32, 300, 64) * 4)
    pairs = entry(copying, pictures=(picture(), None)).pair_pictures
    entries = [ReportEntry("mine", copying, pairs, "About it. " * 20, samples)]
    if several:
        entries += [ReportEntry("m" * 90, copying, pairs, "", samples[:5]), entry(copying, "none")]
    figure = ReportFigure("More", CurveDisplay.from_curves(copying).to_svg(), "A figure.")
    report = write_report(tmp_path / "r.html", entries, title="x", lead="Look. " * 30, figures=[figure])
    for width in (1100, 500):
        seen = look(report, width=width, screenshot=tmp_path / "shot.png", full=True)
        assert (seen.errors, seen.requests, seen.not_shown, seen.overflow) == ((), (), (), 0)
        assert seen.images == (2 * 6 + 2 if several else 6 + 1)
        pixels = np.asarray(Image.open(tmp_path / "shot.png").convert("RGB"))
        assert pixels.shape[1] == width
        assert (pixels == (0xB5, 0x39, 0x0B)).all(-1).sum() > 1000  # the badge, in its colour
